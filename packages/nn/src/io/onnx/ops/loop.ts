import type { LoopForm } from "../../../graph/node";
import type { Tensor } from "../../../tensor/tensor";
import type { Traced } from "../../tracing/trace";
import type { Value } from "../graph";
import { growInside } from "../inside";
import { firstOf, type Lowering } from "../lowering";
import type { OnnxValue } from "../model-proto";

/**
 * A loop over steps as the operator Scan, whose body is one step: it reads the states and a step of each input, [B, …],
 * and gives the next states and the step's outputs. The operator takes the steps apart along axis 1 and puts the outputs
 * together there, from the end where the loop runs backwards.
 */
export function lowerLoop(traced: Traced, lowering: Lowering): Value[] {
  const forms = traced.flatMap(({ node }) => (node.kind === "deferred" ? [node.loop] : []));
  const [first] = forms as [LoopForm, ...LoopForm[]];
  const each = (pick: (form: LoopForm) => Tensor | undefined): Traced => forms.flatMap((form) => pick(form) ?? []);
  const inside = new Set([...first.steps, ...first.states, ...first.shared].map((each) => each.inside));
  for (const result of [...first.outputs, ...first.states.map(({ next }) => next)]) growInside(inside, result);
  const body = lowering.body(inside);
  for (const [k, { inside: own }] of first.shared.entries()) {
    body.stand(
      [own],
      each((form) => form.shared[k]?.outside),
    );
  }
  /** An input of the body that stands for a tensor of the loop. */
  const stand = (stem: string, own: Traced): OnnxValue => {
    const value = described(body.graph.name(stem), own, body);
    body.know(own, value.name);
    return value;
  };
  const states = first.states.map((_, k) =>
    stand(
      "state",
      each((form) => form.states[k]?.inside),
    ),
  );
  const steps = first.steps.map((_, k) =>
    stand(
      "step",
      each((form) => form.steps[k]?.inside),
    ),
  );
  const active: OnnxValue[] = first.active ? [{ name: body.graph.name("active"), type: "bool", shape: [null] }] : [];

  const next = states.map(({ name }, k) => {
    const value = body.value(each((form) => form.states[k]?.next));
    return active[0]
      ? kept(active[0].name, { value, before: name, rank: first.states[k]?.next.rank ?? 0 }, body)
      : value;
  });
  // An output that is a state stays what it was past the end of a row, as the state does.
  const given = first.outputs.map((output, k) => {
    const same = first.states.findIndex((state) => state.next === output);
    return same < 0 ? body.value(each((form) => form.outputs[k])) : (next[same] as Value);
  });
  const results = [...next, ...given];
  const outputs = results.map((value, k) => {
    const like = each((form) => form.states[k]?.next ?? form.outputs[k - next.length]);
    return { ...described(body.graph.name(k < next.length ? "next" : "output"), like, body), value };
  });
  for (const { name, value } of outputs) body.graph.rename(value, name);

  const starts = first.states.map((_, k) => lowering.value(each((form) => form.states[k]?.outside)));
  const reads = first.steps.map((_, k) => lowering.value(each((form) => form.steps[k]?.outside)));
  if (first.active) reads.push(lowering.value(each((form) => form.active)));
  const direction = Number(first.reverse);
  const { nodes } = body.graph.nodesFor(outputs.map(({ name }) => name));
  const made = lowering.graph.node(
    "Scan",
    [...starts, ...reads],
    {
      body: { body: { name: "step", nodes, inputs: [...states, ...steps, ...active], outputs } },
      num_scan_inputs: reads.length,
      scan_input_axes: reads.map(() => 1),
      scan_input_directions: reads.map(() => direction),
      scan_output_axes: given.map(() => 1),
      scan_output_directions: given.map(() => direction),
    },
    outputs.length,
  );
  return [...made.slice(next.length), ...made.slice(0, next.length)];
}

/** The next state of rows that have not ended, the old one of others. */
function kept(
  active: Value,
  { value, before, rank }: { readonly value: Value; readonly before: Value; readonly rank: number },
  { graph }: Lowering,
): Value {
  const axes = Array.from({ length: rank - 1 }, (_, axis) => axis + 1);
  const mask = axes.length === 0 ? active : graph.op("Unsqueeze", [active, graph.ints(axes)]);
  return graph.op("Where", [mask, value, before]);
}

function described(name: string, traced: Traced, lowering: Lowering): OnnxValue {
  const tensor = firstOf(traced);
  return { name, type: lowering.typeOf(tensor), shape: tensor.shape.map(() => null) };
}
