/** Which languages are told from each other; `all` are those of the file of names. */
export const GROUPS = {
  "far apart": ["English", "Indonesian", "Italian", "Latvian", "Polish", "Turkish", "Yoruba"],
  northern: ["Danish", "Dutch", "English", "German", "Norwegian", "Swedish"],
  romance: ["French", "Italian", "Portuguese", "Romanian", "Spanish"],
  slavic: ["Croatian", "Czech", "Polish", "Serbian", "Slovak", "Slovenian"],
  all: null,
} as const satisfies Readonly<Record<string, readonly string[] | null>>;

export type Group = keyof typeof GROUPS;

export const GROUP_NAMES = ["far apart", "northern", "romance", "slavic", "all"] as const satisfies readonly Group[];
