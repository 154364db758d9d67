import { UnsupportedError, ValueError } from "@unroll/kernels";
import { WHERE } from "./python-call";

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const KEYWORDS = words(`
  False None True and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield`);

/** What the script names itself, at its top or in the functions that it calls. */
const OF_SCRIPT = words(`
  torch nn F dist os argparse First DataLoader DistributedDataParallel DistributedSampler TensorDataset load_file
  save_file pack_padded_sequence pad_packed_sequence turned run same loss_of load save main
  dict float int isinstance iter len max next print range reversed super zip`);

/** What every nn.Module has: a part of that name would take its place, or Python refuses it. */
const OF_MODULE = words(`
  T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
  extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
  named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer
  register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
  register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
  register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory
  state_dict to to_empty train training type xpu zero_grad`);

const isName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name);

/** Whether the class of the script can have that name. */
export const isClassName = (name: string): boolean => isName(name) && !OF_SCRIPT.has(name);

export interface PythonNames {
  readonly className: string;
  readonly inputs: readonly string[];
  /** Where the parts lie that PyTorch has classes for: "encoder.lstm", "hidden.0". */
  readonly paths: readonly string[];
}

/**
 * @throws ValueError for a class or an input whose name is none in Python, or the script's own
 * @throws UnsupportedError for a field that cannot have its name there, which weights are saved under
 */
export function expectPythonNames({ className, inputs, paths }: PythonNames): void {
  expectName("className", className, (name) => !isClassName(name), "Pass another className.");
  const isTaken = (name: string): boolean => ["self", "torch", "nn", "F", "target"].includes(name);
  for (const input of inputs) {
    expectName("a name of inputs", input, isTaken, "Name it another way in inputs; its place is what counts.");
  }
  for (const path of paths) {
    const part = path.split(".").find((each) => !/^\d/.test(each) && (!isName(each) || isOfModule(each)));
    if (part === undefined) continue;
    throw new UnsupportedError({
      where: WHERE,
      what: `${path} cannot be a part of a Python module, where ${part} is ${isOfModule(part) ? "one of nn.Module's own names" : "no name"}`,
      remedy: "Rename the field.",
    });
  }
}

const isOfModule = (name: string): boolean => OF_MODULE.has(name) || /^(__|_(modules|parameters|buffers)$)/.test(name);

function expectName(what: string, name: string, isTaken: (name: string) => boolean, remedy: string): void {
  const received = JSON.stringify(name);
  if (!isName(name)) throw new ValueError({ where: WHERE, what, expected: "a Python name", received });
  if (!isTaken(name)) return;
  throw new ValueError({
    where: WHERE,
    what,
    expected: "a name that the script does not use itself",
    received,
    remedy,
  });
}
