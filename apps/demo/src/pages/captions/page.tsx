import { describeScene, Random, randomScenes, type SceneObject } from "@unroll/data";
import { useState } from "preact/hooks";
import { lab } from "../../client/lab";
import { LabView } from "../../lab/lab-view";
import { useAnswer } from "../../lab/use-answer";
import { usePicture } from "../../lab/use-picture";
import { share } from "../../ui/score";
import { CaptionerDrawing } from "./drawing";
import equations from "./equations.tex";
import type { experiment } from "./experiment";
import code from "./model.ts?code";
import { ObjectFields } from "./object-fields";
import { SceneCanvas } from "./scene-canvas";
import { SCENES, SIDE, settings } from "./settings";
import { WordsLooked } from "./words-looked";
import "./captions.css";
import worker from "./worker?worker&url";

const score = share("captions right");

export function Page() {
  return (
    <LabView
      path="captions"
      worker={worker}
      settings={settings}
      score={score}
      code={code}
      equations={equations}
      about={
        <p>
          A small convolutional network turns a picture into a grid of cells, and a decoder says what stands on the
          white paper and how it stands to the other shape. Before each word it looks at the cells. Soft attention takes
          all of them, each by its weight; hard attention draws one, and learns from how well that went. Nobody tells
          either of them where a shape is: watch them find it.
        </p>
      }
      drawing={<CaptionerDrawing />}
      picture={<Picture />}
      tryIt={<TryScene />}
    />
  );
}

function Picture() {
  const captions = usePicture<typeof experiment>();
  if (!captions) return <p class="muted">Nothing to see yet.</p>;
  return (
    <>
      <p>
        A scene that it does not learn from: {describeScene(captions.objects)}. Each picture is bright where was looked
        as the word below it was said.
      </p>
      <WordsLooked where="a scene of its own" captions={captions} />
    </>
  );
}

const FIRST: readonly SceneObject[] = [
  { shape: "circle", colour: "red", size: 7, x: 6, y: 12 },
  { shape: "cross", colour: "blue", size: 7, x: 17, y: 12 },
];

function TryScene() {
  const [objects, setObjects] = useState(FIRST);
  const captions = useAnswer<typeof experiment>(objects.length === 0 ? null : objects);
  const change = (place: number, changed: Partial<SceneObject>) =>
    setObjects(objects.map((object, at) => (at === place ? { ...object, ...changed } : object)));
  const kind = settings.scenes.options.find((option) => option === lab.values.value.scenes) ?? settings.scenes.value;
  const shuffle = () => {
    const [scene] = randomScenes(new Random(Date.now()), 1, SCENES[kind]);
    if (scene) setObjects(scene.objects);
  };
  const move = (place: number, x: number, y: number) => {
    const edge = Math.ceil((objects[place]?.size ?? 0) / 2) + 1;
    const within = (at: number) => Math.min(SIDE - edge, Math.max(edge, Math.round(at)));
    change(place, { x: within(x), y: within(y) });
  };
  return (
    <>
      <p>
        Draw a scene: press or drag on the picture to move a shape, and choose what it is. It was taught to speak of{" "}
        {kind === "one shape" ? "one shape" : "one shape or two that are apart"}.
      </p>
      <div class="scene-editor">
        <div>
          <SceneCanvas objects={objects} onMove={move} />
          <div class="buttons">
            <button type="button" onClick={shuffle}>
              Shuffle
            </button>
            {objects.length === 1 && (
              <button type="button" onClick={() => setObjects([...objects, farFrom(objects[0])])}>
                Add a shape
              </button>
            )}
          </div>
        </div>
        <div>
          {objects.map((object, place) => (
            <ObjectFields
              key={place}
              name={place === 0 ? "On the paper" : "Beside it"}
              object={object}
              taught={SCENES[kind]}
              onChange={(changed) => change(place, changed)}
              onRemove={place === 0 ? undefined : () => setObjects(objects.slice(0, place))}
            />
          ))}
        </div>
      </div>
      <p>
        One would say: <em data-answer="true">{describeScene(objects)}</em>
      </p>
      <div data-answer="captions">{captions && <WordsLooked where="your scene" captions={captions} />}</div>
    </>
  );
}

/** Another shape, at the other side of the picture. */
function farFrom(object: SceneObject | undefined): SceneObject {
  const x = (object?.x ?? 0) < SIDE / 2 ? SIDE - 6 : 6;
  return { shape: "cross", colour: "blue", size: 7, x, y: object?.y ?? SIDE / 2 };
}
