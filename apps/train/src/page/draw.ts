/** Pixels of a picture per pixel of its drawing, so that it is sharp on dense screens and in print. */
const SCALE = 2;

/**
 * Draws a self-contained SVG document of a fixed size as a PNG.
 * @throws Error if the document cannot be read as an image
 */
export async function drawPng(svg: string): Promise<Uint8Array> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth * SCALE, image.naturalHeight * SCALE);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("drawPng: the browser gave no 2d canvas.");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await canvas.convertToBlob({ type: "image/png" });
    return new Uint8Array(await png.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
  }
}
