/** One of a few words. */
export interface Choice<Option extends string = string> {
  readonly kind: "choice";
  readonly label: string;
  readonly hint?: string;
  readonly options: readonly Option[];
  readonly value: Option;
}

/** A number within limits that keep the page usable. */
export interface NumberSetting {
  readonly kind: "number";
  readonly label: string;
  readonly hint?: string;
  readonly from: number;
  readonly to: number;
  /** Distance of two neighbours; 1 for whole numbers. */
  readonly step: number;
  /** Small enough that something is seen within seconds on a software adapter. */
  readonly value: number;
  /** What a page begins with on a GPU, where that is another. */
  readonly onGPU?: number;
}

/** A text of several lines, typed or from a file. */
export interface TextSetting {
  readonly kind: "text";
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  /** What is wrong with a text, in words that follow its name; null if it is in order. */
  problem(text: string): string | null;
}

export type Setting = Choice | NumberSetting | TextSetting;
export type Settings = Readonly<Record<string, Setting>>;

type ValueOf<S extends Setting> = S extends Choice<infer Option> ? Option : S extends TextSetting ? string : number;

/** What a visitor chose: a value for each setting. */
export type Values<S extends Settings = Settings> = { readonly [Name in keyof S]: ValueOf<S[Name]> };

export function choice<const Option extends string>(
  label: string,
  options: readonly Option[],
  value: NoInfer<Option>,
  hint?: string,
): Choice<Option> {
  return { kind: "choice", label, options, value, ...(hint ? { hint } : {}) };
}

type NumberOptions = Omit<NumberSetting, "kind" | "label" | "step">;

export function whole(label: string, options: NumberOptions): NumberSetting {
  return { kind: "number", label, step: 1, ...options };
}

export function decimal(label: string, options: NumberOptions & { readonly step: number }): NumberSetting {
  return { kind: "number", label, ...options };
}

export function lines(label: string, options: Omit<TextSetting, "kind" | "label">): TextSetting {
  return { kind: "text", label, ...options };
}

/** The seed that every page has. */
export const SEED = whole("Seed", {
  from: 0,
  to: 9999,
  value: 0,
  hint: "The same seed gives the same run, to the bit.",
});

/** The values that a page begins with: larger models where there is a GPU to train them. */
export function defaultsOf<S extends Settings>(settings: S, { isSoftware }: { isSoftware: boolean }): Values<S> {
  const entries = Object.entries(settings).map(([name, setting]) => {
    const { onGPU = setting.value } = setting.kind === "number" ? setting : {};
    return [name, isSoftware ? setting.value : onGPU];
  });
  return Object.fromEntries(entries) as Values<S>;
}
