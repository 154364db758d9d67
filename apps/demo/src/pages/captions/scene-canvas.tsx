import { describeScene, drawScene, type SceneObject } from "@unroll/data";
import { useEffect, useRef } from "preact/hooks";
import { SIDE } from "./settings";

/** Pixels of the screen to one of the scene. */
const SCALE = 10;

/** The scene as the model sees it, larger. A press or a drag on it moves the object that is nearest. */
export function SceneCanvas({
  objects,
  onMove,
}: {
  readonly objects: readonly SceneObject[];
  readonly onMove: (place: number, x: number, y: number) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const held = useRef<number | null>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) drawScene(context, { objects: [...objects] }, { side: SIDE, scale: SCALE });
  }, [objects]);
  const pointed = (event: PointerEvent, element: HTMLCanvasElement) => {
    const { left, top, width } = element.getBoundingClientRect();
    return { x: ((event.clientX - left) * SIDE) / width, y: ((event.clientY - top) * SIDE) / width };
  };
  return (
    <canvas
      ref={canvas}
      class="scene"
      width={SIDE * SCALE}
      height={SIDE * SCALE}
      role="img"
      aria-label={`The scene: ${describeScene(objects)}.`}
      onPointerDown={(event) => {
        const { x, y } = pointed(event, event.currentTarget);
        held.current = nearest(objects, x, y);
        event.currentTarget.setPointerCapture(event.pointerId);
        if (held.current !== null) onMove(held.current, x, y);
      }}
      onPointerMove={(event) => {
        if (held.current === null) return;
        const { x, y } = pointed(event, event.currentTarget);
        onMove(held.current, x, y);
      }}
      onPointerUp={() => {
        held.current = null;
      }}
    />
  );
}

function nearest(objects: readonly SceneObject[], x: number, y: number): number | null {
  const far = objects.map((object) => Math.hypot(object.x - x, object.y - y));
  return far.length === 0 ? null : far.indexOf(Math.min(...far));
}

/** A scene as the address of a picture, for drawings of where was looked. */
export function pictureOf(objects: readonly SceneObject[]): string {
  const canvas = document.createElement("canvas");
  canvas.width = SIDE * SCALE;
  canvas.height = SIDE * SCALE;
  const context = canvas.getContext("2d");
  if (!context) return "";
  drawScene(context, { objects: [...objects] }, { side: SIDE, scale: SCALE });
  return canvas.toDataURL("image/png");
}
