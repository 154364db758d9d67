import { expect, test, vi } from "vitest";
import type { Playing } from "./play";
import { Player } from "./player";

/** A sound that begins and ends when the test says. */
function soundOf() {
  let begin: (playing: Playing) => void = () => undefined;
  let refuse: (error: unknown) => void = () => undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stop = vi.fn(() => end());
  const playing: Playing = { elapsed: () => 0, stop, ended };
  const start = vi.fn(
    () =>
      new Promise<Playing>((resolve, reject) => {
        begin = resolve;
        refuse = reject;
      }),
  );
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return {
    ...{ playing, stop, start },
    begin: () =>
      settle()
        .then(() => begin(playing))
        .then(settle),
    refuse: (error: unknown) =>
      settle()
        .then(() => refuse(error))
        .then(settle),
    end: () => settle().then(end).then(settle),
  };
}

test("it is busy from the press on until the sound is over", async () => {
  const [player, sound] = [new Player(), soundOf()];
  void player.toggle(sound.start);
  expect([player.isBusy.value, player.playing.value]).toEqual([true, null]);
  await sound.begin();
  expect([player.isBusy.value, player.playing.value]).toEqual([true, sound.playing]);
  await sound.end();
  expect([player.isBusy.value, player.playing.value]).toEqual([false, null]);
});

test("a second press before there is sound takes the first back: nothing plays on that cannot be stopped", async () => {
  const [player, sound] = [new Player(), soundOf()];
  void player.toggle(sound.start);
  void player.toggle(sound.start);
  expect(sound.start).toHaveBeenCalledTimes(1);
  expect(player.isBusy.value).toBe(false);
  await sound.begin();
  expect(sound.stop).toHaveBeenCalledTimes(1);
  expect([player.isBusy.value, player.playing.value]).toEqual([false, null]);
});

test("what was taken back says nothing to the sound after it", async () => {
  const [player, first, second] = [new Player(), soundOf(), soundOf()];
  void player.toggle(first.start);
  player.stop();
  void player.toggle(second.start);
  await first.refuse(new Error("no sound"));
  expect([player.isBusy.value, player.failure.value]).toEqual([true, null]);
  await second.begin();
  expect(player.playing.value).toBe(second.playing);
  void player.toggle(second.start);
  expect(second.stop).toHaveBeenCalledTimes(1);
  expect(player.isBusy.value).toBe(false);
});

test("why there is no sound is told, until the next press", async () => {
  const [player, sound] = [new Player(), soundOf()];
  void player.toggle(sound.start);
  const error = new Error("no sound");
  await sound.refuse(error);
  expect([player.isBusy.value, player.failure.value]).toEqual([false, error]);
  void player.toggle(sound.start);
  expect(player.failure.value).toBeNull();
});
