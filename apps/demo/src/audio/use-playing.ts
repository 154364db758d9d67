import { useEffect, useState } from "preact/hooks";
import { Player } from "./player";

/** What plays the sound of a part of a page, and is silent when that part goes. */
export function usePlaying(): Player {
  const [player] = useState(() => new Player());
  useEffect(() => () => player.stop(), [player]);
  return player;
}
