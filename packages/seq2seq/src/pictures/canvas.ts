import { ACCENT, DARKEST, FONT, FONT_SIZE, GROUNDS, type Scene, type Theme } from "./scene";

/** What is drawn with of a 2D canvas context, on a page, in a worker, or of a library for Node. */
export interface Canvas2D<Image = unknown> {
  fillStyle: unknown;
  strokeStyle: unknown;
  globalAlpha: number;
  font: string;
  textAlign: string;
  textBaseline: string;
  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  rotate(angle: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  drawImage(image: Image, x: number, y: number, width: number, height: number): void;
}

export interface CanvasOptions {
  /** "auto", by default, draws in the context's own `fillStyle` and leaves what is there as its ground. */
  theme?: Theme;
}

/** Draws a scene from the context's origin on. The context is left as it was. */
export function paint<Image>(
  context: Canvas2D<Image>,
  { width, height, items }: Scene,
  image: Image | undefined,
  theme: Theme,
): void {
  context.save();
  const ink = theme === "auto" ? context.fillStyle : GROUNDS[theme].ink;
  if (theme !== "auto") {
    context.fillStyle = GROUNDS[theme].ground;
    context.fillRect(0, 0, width, height);
  }
  context.strokeStyle = ink;
  context.textBaseline = "middle";
  for (const item of items) {
    const { x, y } = item;
    context.globalAlpha = 1;
    if (item.kind === "text") {
      context.save();
      context.fillStyle = ink;
      context.font = `${item.isTitle ? "600 " : ""}${FONT_SIZE}px ${FONT}`;
      context.textAlign = item.anchor === "middle" ? "center" : item.anchor === "end" ? "right" : "left";
      context.translate(x, y);
      context.rotate(((item.turn ?? 0) * Math.PI) / 180);
      context.fillText(item.text, 0, 0);
      context.restore();
    } else if (item.kind === "frame") {
      context.globalAlpha = 0.35;
      context.strokeRect(x, y, item.width, item.height);
    } else if (item.kind === "cell") {
      context.globalAlpha = item.strength;
      context.fillStyle = ACCENT;
      context.fillRect(x, y, item.width, item.height);
    } else if (item.kind === "image") {
      if (image !== undefined) context.drawImage(image, x, y, item.width, item.height);
    } else {
      const { rows, columns, strengths } = item;
      const [w, h] = [item.width / columns, item.height / rows];
      context.fillStyle = "#000000";
      for (const [i, strength] of strengths.entries()) {
        context.globalAlpha = DARKEST * (1 - strength);
        context.fillRect(x + (i % columns) * w, y + Math.floor(i / columns) * h, w, h);
      }
    }
  }
  context.restore();
}
