import { ValueError } from "@unroll/kernels";
import type { Module } from "../modules/module";
import { expectAtLeast } from "../ops/options";
import { kindOf, refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { Parameter } from "../tensor/parameter";
import type { Schedule } from "./schedule";

/** Parameters with settings of their own; what is left out is the optimizer's. */
export interface ParameterGroup {
  parameters: readonly Parameter[];
  /** What errors and files call it. */
  name?: string;
  lr?: number | Schedule;
  weightDecay?: number;
  /** Where the optimizer has `clipScope: "group"`. */
  clipNorm?: number;
}

/** What an optimizer changes: parameters alike, or groups of them. */
export type ParameterList = readonly Parameter[] | readonly ParameterGroup[];

/** A group as an optimizer holds it. Its settings may be changed at any time; undefined stands for the optimizer's own. */
export interface OptimizerGroup {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  lr: number | Schedule | undefined;
  weightDecay: number | undefined;
  clipNorm: number | undefined;
}

const SETTINGS = ["name", "lr", "weightDecay", "clipNorm"];
const KNOWN = ["parameters", ...SETTINGS];

/**
 * The groups of a list, one without settings for plain parameters.
 * @throws ValueError if there are no parameters, one is in two groups or twice in one, or a group has an unknown setting
 */
export function groupsOf(where: string, list: ParameterList): OptimizerGroup[] {
  if (!Array.isArray(list)) {
    throw new ValueError({
      where,
      what: "the parameters",
      expected: "an array",
      received: kindOf(list),
      remedy: "Pass model.parameters().",
    });
  }
  if (list.length === 0) {
    throw new ValueError({
      where,
      what: "the parameters",
      expected: "at least one",
      received: "none",
      remedy: "Pass model.parameters().",
    });
  }
  if (list.every((each) => each instanceof Parameter)) {
    const parameters = [...new Set(list as readonly Parameter[])];
    return [{ name: "parameters", parameters, lr: undefined, weightDecay: undefined, clipNorm: undefined }];
  }
  const seen = new Map<Parameter, string>();
  return (list as readonly ParameterGroup[]).map((group, index) => checked(where, group, index, seen));
}

function checked(where: string, group: ParameterGroup, index: number, seen: Map<Parameter, string>): OptimizerGroup {
  const what = `groups[${index}]`;
  expectKnown(where, group, KNOWN, what);
  const { parameters, name = `group ${index}`, lr, weightDecay, clipNorm } = group;
  if (!Array.isArray(parameters) || parameters.length === 0) {
    throw new ValueError({
      where,
      what: `${what}.parameters`,
      expected: "an array of at least one parameter",
      received: Array.isArray(parameters) ? "empty" : typeof parameters,
    });
  }
  for (const parameter of parameters) {
    if (!(parameter instanceof Parameter)) refuseValue(where, { parameter }, "a Parameter");
    const other = seen.get(parameter);
    if (other !== undefined) {
      throw new ValueError({
        where,
        what: `the parameter ${parameter.name ?? parameter}`,
        expected: "in one group once",
        received: other === name ? `twice in ${name}` : `in ${other} and in ${name}`,
      });
    }
    seen.set(parameter, name);
  }
  expectAtLeast(where, {
    ...(typeof lr === "number" ? { [`${what}.lr`]: lr } : {}),
    ...(weightDecay !== undefined ? { [`${what}.weightDecay`]: weightDecay } : {}),
    ...(clipNorm !== undefined ? { [`${what}.clipNorm`]: clipNorm } : {}),
  });
  return { name, parameters: [...parameters], lr, weightDecay, clipNorm };
}

/** Settings for the parameters of a model whose path fits. */
export interface GroupRule extends Omit<ParameterGroup, "parameters"> {
  /** Which paths, as `namedParameters` has them: /bias/, or a function of path and parameter. */
  match: RegExp | ((path: string, parameter: Parameter) => boolean);
  /** Leaves them out: no optimizer changes them. */
  freeze?: boolean;
}

/**
 * Groups of a model's parameters by their paths: each belongs to the first rule that fits it, the others to a last group
 * without settings of its own. `parameterGroups(model, [{ match: /bias/i, weightDecay: 0 }])` decays all but biases.
 * @throws ValueError if a rule fits no parameter that is left, or all are frozen
 */
export function parameterGroups(model: Module, rules: readonly GroupRule[]): ParameterGroup[] {
  const left = new Map(model.namedParameters());
  const groups: ParameterGroup[] = [];
  if (!Array.isArray(rules)) refuseValue("parameterGroups", { rules }, "an array of them, { match, … } each");
  for (const [index, rule] of (rules as readonly GroupRule[]).entries()) {
    expectKnown("parameterGroups", rule, ["match", "freeze", ...SETTINGS], `rules[${index}]`);
    const { match, freeze = false, ...settings } = rule;
    const fits = match instanceof RegExp ? (path: string) => path.search(match) >= 0 : match;
    const found = [...left].filter(([path, parameter]) => fits(path, parameter));
    if (found.length === 0) {
      throw new ValueError({
        where: "parameterGroups",
        what: `rules[${index}].match ${match}`,
        expected: `to fit one of ${[...left.keys()].join(", ") || "those left, and none is left"}`,
        received: "fitting none",
      });
    }
    for (const [path] of found) left.delete(path);
    if (!freeze) groups.push({ ...settings, parameters: found.map(([, parameter]) => parameter) });
  }
  if (left.size > 0) groups.push({ name: "others", parameters: [...left.values()] });
  if (groups.length > 0) return groups;
  throw new ValueError({
    where: "parameterGroups",
    what: "the rules",
    expected: "to leave parameters to train",
    received: "freezing all of them",
  });
}
