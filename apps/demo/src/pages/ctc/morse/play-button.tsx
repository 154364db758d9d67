import { useEffect, useRef, useState } from "preact/hooks";
import { type Playing, playSamples } from "../../../audio/play";
import { Failed } from "../../../ui/failed";

/** Plays a sound, or says why not. */
export function PlayButton({
  signal,
  sampleRate,
}: {
  readonly signal: Float32Array<ArrayBuffer>;
  readonly sampleRate: number;
}) {
  const [playing, setPlaying] = useState<Playing | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const sounds = useRef<Playing | null>(null);
  sounds.current = playing;
  useEffect(() => () => sounds.current?.stop(), []);
  const toggle = async () => {
    if (playing) return playing.stop();
    try {
      const started = await playSamples(signal, sampleRate);
      setFailure(null);
      setPlaying(started);
      await started.ended;
      setPlaying(null);
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <>
      <button type="button" onClick={() => void toggle()}>
        {playing ? "Stop the sound" : "Play the sound"}
      </button>
      <Failed error={failure} />
    </>
  );
}
