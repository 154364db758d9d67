import { playSamples } from "../../../audio/play";
import { usePlaying } from "../../../audio/use-playing";
import { Failed } from "../../../ui/failed";

/** Plays a sound, or says why not. */
export function PlayButton({
  signal,
  sampleRate,
}: {
  readonly signal: Float32Array<ArrayBuffer>;
  readonly sampleRate: number;
}) {
  const player = usePlaying();
  return (
    <>
      <button type="button" onClick={() => void player.toggle(() => playSamples(signal, sampleRate))}>
        {player.isBusy.value ? "Stop the sound" : "Play the sound"}
      </button>
      <Failed error={player.failure.value} />
    </>
  );
}
