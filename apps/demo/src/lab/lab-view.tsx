import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { lab } from "../client/lab";
import type { Settings } from "../experiment/settings";
import { Controls } from "../ui/controls";
import { Curve } from "../ui/curve";
import { Equations } from "../ui/equations";
import { Files } from "../ui/files";
import { Notice } from "../ui/notice";
import { Readouts } from "../ui/readouts";
import { RunButtons } from "../ui/run-buttons";
import type { ScoreName } from "../ui/score";
import { Scrollable } from "../ui/scrollable";
import { SourceCode } from "../ui/source-code";

/** What every page has of a model in training, around what is its own. */
export function LabView({
  path,
  worker,
  settings,
  score,
  about,
  drawing,
  equations,
  tryIt,
  picture,
  code,
}: {
  /** The folder of its experiment under pages/. */
  readonly path: string;
  /** Where its worker lies. */
  readonly worker: string;
  readonly settings: Settings;
  readonly score: ScoreName;
  /** What the model is, and the task. */
  readonly about: ComponentChildren;
  /** The model, unrolled. */
  readonly drawing: ComponentChildren;
  /** Where its equations lie. */
  readonly equations: string;
  /** The trained model in the visitor's hands. */
  readonly tryIt: ComponentChildren;
  /** What is drawn of the model while it learns. */
  readonly picture?: ComponentChildren;
  /** Where the model's source file lies, coloured. */
  readonly code: string;
}) {
  useEffect(() => {
    void lab.open(path, worker);
  }, [path, worker]);
  if (lab.path.value !== path) return null;
  return (
    <div class="lab">
      <section class="about">
        {about}
        <Scrollable label="The model unrolled">{drawing}</Scrollable>
        <Equations url={equations} />
      </section>
      <section aria-labelledby="training">
        <h2 id="training">Train it</h2>
        <Notice of="training" />
        <RunButtons />
        <Curve score={score} />
        <Readouts score={score} />
        <Controls settings={settings} />
      </section>
      {picture && (
        <section aria-labelledby="inside">
          <h2 id="inside">Look inside</h2>
          {picture}
        </section>
      )}
      <section aria-labelledby="try">
        <h2 id="try">Try it</h2>
        {tryIt}
        <Notice of="questions" />
      </section>
      <section aria-labelledby="keep">
        <h2 id="keep">Keep it</h2>
        {lab.unkept.value ? (
          <p class="failure notice" role="alert">
            What is learned is gone when you leave. {lab.unkept.value.message} Save the weights first.
          </p>
        ) : (
          <p class="muted">
            What is learned is kept in this browser when you pause, and every few seconds in between: come back, and it
            goes on from there. Files are yours to take elsewhere.
          </p>
        )}
        <Files />
      </section>
      <section aria-labelledby="code">
        <h2 id="code">The code of this page</h2>
        <SourceCode url={code} label="Source" />
      </section>
    </div>
  );
}
