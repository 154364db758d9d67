import { lab } from "../client/lab";
import { download } from "./download";

/** Weights to a file and back, and files for other programs. */
export function Files() {
  const isBusy = !lab.isOpen.value;
  const kinds = lab.about.value?.exports ?? [];
  const name = lab.path.value.replaceAll("/", "-");
  const saveWeights = async () => {
    const file = await lab.save();
    if (file) download(`${name}.safetensors`, file);
  };
  const saveONNX = async () => {
    const file = await lab.exportONNX();
    if (file) download(`${name}.onnx`, file);
  };
  const savePyTorch = async () => {
    const files = await lab.exportPyTorch();
    if (!files) return;
    if (files.script !== null) download(`${name}.py`, files.script);
    download(`${name}-torch.safetensors`, files.weights);
  };
  const loadWeights = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (file) await lab.load(file);
    input.value = ""; // so that the same file can be chosen again
  };
  return (
    <div class="buttons">
      <button type="button" disabled={isBusy} onClick={saveWeights}>
        Save weights
      </button>
      <label class="button">
        Load weights
        <input
          type="file"
          accept=".safetensors"
          disabled={isBusy}
          onChange={(event) => void loadWeights(event.currentTarget)}
        />
      </label>
      {kinds.includes("onnx") && (
        <button type="button" disabled={isBusy} onClick={saveONNX}>
          Export ONNX
        </button>
      )}
      {(kinds.includes("pytorch") || kinds.includes("pytorchWeights")) && (
        <button type="button" disabled={isBusy} onClick={savePyTorch}>
          Export PyTorch{kinds.includes("pytorch") ? "" : " weights"}
        </button>
      )}
    </div>
  );
}
