import { AudioError } from "./errors";

/** How long a browser may take to let the page sound. */
const PATIENCE_MS = 3000;

let made: AudioContext | null = null;

/**
 * What plays sound. To be asked for while a press of a button is handled: browsers let no page sound of its own accord.
 * @throws AudioError if the browser plays none
 */
export async function audioContext(): Promise<AudioContext> {
  if (typeof AudioContext === "undefined") {
    throw new AudioError(
      "This browser plays no sound for pages. Open the page in a current Chrome, Firefox or Safari.",
    );
  }
  made ??= new AudioContext();
  const context = made;
  if (isRunning(context)) return context;
  const late = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
  await Promise.race([context.resume(), late]);
  if (isRunning(context)) return context;
  throw new AudioError(
    "The browser does not let this page sound. Allow sound in its settings for this page, see that a loudspeaker or " +
      "headphones are connected, and press again.",
  );
}

/** Asked anew each time: the state changes by itself. */
const isRunning = ({ state }: AudioContext): boolean => state === "running";
