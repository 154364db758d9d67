import { useEffect, useRef, useState } from "preact/hooks";
import { Failed } from "../../../ui/failed";
import { formatNumber } from "../../../ui/format";
import type { Sound } from "./frames";
import { dotOf, marksIn } from "./marks";

const MOST_SECONDS = 15;

/** Morse code from the air: another device, a whistle. How long a dot is, is measured. */
export function MicrophoneSource({ onSound }: { readonly onSound: (sound: Sound | null) => void }) {
  const [state, setState] = useState<"idle" | "asking" | "listening">("idle");
  const [failure, setFailure] = useState<unknown>(null);
  const [words, setWords] = useState("");
  const stop = useRef<AbortController | null>(null);
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
      stop.current?.abort();
    },
    [],
  );

  const listen = async () => {
    const controller = new AbortController();
    stop.current = controller;
    setFailure(null);
    setWords("");
    setState("asking");
    try {
      const { RECORDING_RATE, record } = await import("../../../audio/microphone"); // few visitors speak
      const signal = await record(MOST_SECONDS, { stop: controller.signal, onBegin: () => setState("listening") });
      if (!isShown.current) return; // another source has sent its sound meanwhile
      const marks = marksIn(signal, RECORDING_RATE);
      const dot = dotOf(marks);
      setWords(
        marks.length < 2
          ? "Nothing was heard that sounds like Morse code. Play it louder, or nearer to the microphone."
          : `${marks.length} marks were heard; a dot lasts ${formatNumber(dot)} s.`,
      );
      onSound(marks.length < 2 ? null : { signal, sampleRate: RECORDING_RATE, dot });
    } catch (error) {
      setFailure(error);
    }
    setState("idle");
  };
  return (
    <>
      <p>
        Play Morse code from another device, whistle or hum it. The sound stays in this page. It stops listening after{" "}
        {MOST_SECONDS} seconds.
      </p>
      <div class="buttons">
        {state === "listening" ? (
          <button type="button" class="primary" onClick={() => stop.current?.abort()}>
            Stop and decode
          </button>
        ) : (
          <button type="button" disabled={state === "asking"} onClick={() => void listen()}>
            Listen
          </button>
        )}
        <span class="muted" role="status">
          {{ idle: words, asking: "The browser asks whether the page may hear you …", listening: "Listening …" }[state]}
        </span>
      </div>
      <Failed error={failure} />
    </>
  );
}
