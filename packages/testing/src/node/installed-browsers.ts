import { delimiter, join } from "node:path";

/** What the places depend on; a parameter so that one platform's places can be tested on another. */
export type Host = { platform: NodeJS.Platform; env: Readonly<Record<string, string | undefined>>; home: string };

const linuxCommands = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "microsoft-edge-stable",
  "microsoft-edge",
];

const linuxPlaces = [
  "/opt/google/chrome/chrome",
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/usr/lib/chromium/chromium",
  "/opt/microsoft/msedge/msedge",
  "/usr/bin/microsoft-edge",
];

const macApplications = [
  "Google Chrome.app/Contents/MacOS/Google Chrome",
  "Chromium.app/Contents/MacOS/Chromium",
  "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

const windowsPrograms = [
  "Google\\Chrome\\Application\\chrome.exe",
  "Chromium\\Application\\chrome.exe",
  "Microsoft\\Edge\\Application\\msedge.exe",
];

/** Where Chrome, Chromium and Edge usually are on this host, most wanted first. None need exist. */
export function usualPlaces({ platform, env, home }: Host): string[] {
  if (platform === "darwin") {
    return ["/Applications", join(home, "Applications")].flatMap((folder) =>
      macApplications.map((application) => join(folder, application)),
    );
  }
  if (platform === "win32") {
    const folders = [env.ProgramFiles, env["ProgramFiles(x86)"], env.LOCALAPPDATA];
    return folders.flatMap((folder) => (folder ? windowsPrograms.map((program) => `${folder}\\${program}`) : []));
  }
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...folders.flatMap((folder) => linuxCommands.map((command) => join(folder, command))), ...linuxPlaces];
}
