import type { Module } from "../modules/module";
import { Parameter } from "../tensor/parameter";
import { JsonFields, parseJson } from "./json-fields";
import { ModelFormatError } from "./model-format-error";

/** A setting of a module or of a training: whatever JSON can say without nesting records deeply. */
export type CardSetting =
  | string
  | number
  | boolean
  | null
  | readonly CardSetting[]
  | { readonly [key: string]: CardSetting };

/** A score. */
export interface CardMetric {
  /** "accuracy". */
  readonly name: string;
  readonly value: number;
  /** What it was measured on: "dev". */
  readonly split?: string;
}

/** What a card says beside what the model itself does. */
export interface CardFacts {
  readonly name: string;
  readonly description?: string;
  readonly license?: string;
  readonly intendedUse?: string;
  readonly limitations?: string;
  /** What it was trained on: name, source, license, rows of each split. */
  readonly data?: { readonly [key: string]: CardSetting };
  /** How it was trained: optimizer, learning rate, epochs, batch size, seed. */
  readonly training?: { readonly [key: string]: CardSetting };
  readonly metrics?: readonly CardMetric[];
}

/** One part of a model. */
export interface CardModule {
  /** "encoder.lstm"; "" for the model itself. */
  readonly path: string;
  readonly className: string;
  /** Its plain fields: sizes, options, activations. */
  readonly settings: { readonly [key: string]: CardSetting };
}

/**
 * A model card (Mitchell et al. 2019) as JSON. Version 1 has these fields and no others; `CardFacts` may be absent but
 * for the name. A later version keeps what is here and its meaning.
 */
export interface ModelCard extends CardFacts {
  readonly format: "unroll-model-card";
  readonly version: 1;
  readonly architecture: {
    readonly className: string;
    /** Elements of all parameters, shared ones once. */
    readonly parameterCount: number;
    readonly parameters: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: "f32" }[];
    readonly modules: readonly CardModule[];
  };
}

const TEXTS = ["description", "license", "intendedUse", "limitations"] as const;
const KEYS = ["format", "version", "name", ...TEXTS, "data", "training", "metrics", "architecture"];
/** Settings nest so deep and no deeper: a hostile card must not exhaust the stack. */
const MOST_DEPTH = 8;

/**
 * A card for a model: its parts, their settings and parameters, beside what only its maker knows.
 * @throws ModelFormatError if a fact is of another type than JSON can hold
 */
export function modelCard(model: Module, facts: CardFacts): ModelCard {
  const parameters = [...model.namedParameters()];
  const card = {
    format: "unroll-model-card",
    version: 1,
    ...facts,
    architecture: {
      className: model.constructor.name,
      parameterCount: parameters.reduce((count, [, { size }]) => count + size, 0),
      parameters: parameters.map(([name, { shape }]) => ({ name, shape: [...shape], dtype: "f32" })),
      modules: [...model.namedModules()].map(([path, module]) => ({
        path,
        className: module.constructor.name,
        settings: settingsOf(module),
      })),
    },
  };
  return checked("modelCard", card);
}

/**
 * Reads a card that `modelCard` made, from its JSON text or parsed.
 * @throws ModelFormatError with the path to what is missing, unknown or of another type
 */
export function readModelCard(card: string | object): ModelCard {
  return checked("readModelCard", typeof card === "string" ? parseJson("readModelCard", "the card", card) : card);
}

/** Plain fields of a module: what it was built with. */
function settingsOf(module: Module): Record<string, CardSetting> {
  const settings: Record<string, CardSetting> = {};
  for (const [key, value] of Object.entries(module)) {
    if (key === "training" || value instanceof Parameter) continue;
    const setting = plain(value, 0);
    if (setting !== undefined && !(Array.isArray(setting) && setting.length === 0)) settings[key] = setting;
  }
  return settings;
}

/** A value as JSON has it; undefined for anything else, modules and tensors among it. */
function plain(value: unknown, depth: number): CardSetting | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "object" || value === null || depth === MOST_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((each) => plain(each, depth + 1));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return undefined;
  const fields = Object.entries(value).map(([key, each]) => [key, plain(each, depth + 1)] as const);
  return Object.fromEntries(fields.flatMap(([key, each]) => (each === undefined ? [] : [[key, each]])));
}

function checked(where: string, value: unknown): ModelCard {
  const card = new JsonFields({ where, path: "" }, value);
  if (card.raw("format") !== "unroll-model-card") card.refuse("format", '"unroll-model-card"');
  if (card.raw("version") !== 1) card.refuse("version", "1", "A card of a later version needs a later library.");
  expectKeys(card, KEYS);
  card.text("name");
  for (const key of TEXTS) if (card.raw(key) !== undefined) card.text(key);
  for (const key of ["data", "training"]) if (card.raw(key) !== undefined) expectSettings(card.object(key));
  if (card.raw("metrics") !== undefined) {
    for (const metric of card.objects("metrics")) {
      expectKeys(metric, ["name", "value", "split"]);
      metric.text("name");
      metric.number("value");
      if (metric.raw("split") !== undefined) metric.text("split");
    }
  }
  checkArchitecture(card.object("architecture"));
  return value as ModelCard;
}

function checkArchitecture(architecture: JsonFields): void {
  expectKeys(architecture, ["className", "parameterCount", "parameters", "modules"]);
  architecture.text("className");
  const count = architecture.count("parameterCount", 0);
  let total = 0;
  for (const parameter of architecture.objects("parameters")) {
    expectKeys(parameter, ["name", "shape", "dtype"]);
    parameter.text("name");
    if (parameter.raw("dtype") !== "f32") parameter.refuse("dtype", '"f32"');
    const shape = parameter.list("shape");
    const isShape = shape.every((extent) => Number.isSafeInteger(extent) && Number(extent) >= 0);
    if (!isShape) parameter.refuse("shape", "whole numbers of at least 0");
    total += (shape as number[]).reduce((size, extent) => size * extent, 1);
  }
  if (total !== count) architecture.refuse("parameterCount", `${total}, as its parameters have elements`);
  for (const module of architecture.objects("modules")) {
    expectKeys(module, ["path", "className", "settings"]);
    module.text("path");
    module.text("className");
    expectSettings(module.object("settings"));
  }
}

function expectKeys(fields: JsonFields, known: readonly string[]): void {
  const unknown = fields.keys.find((key) => !known.includes(key));
  if (unknown !== undefined) fields.refuse(unknown, `absent: known are ${known.join(", ")}`);
}

function expectSettings(fields: JsonFields): void {
  for (const key of fields.keys) {
    if (!isSetting(fields.raw(key), 0)) {
      const { where, path } = fields.at(key);
      throw new ModelFormatError({
        where,
        path,
        expected: "a text, a finite number, true, false, null, or lists and records of such",
        received: typeof fields.raw(key) === "number" ? String(fields.raw(key)) : "something else",
      });
    }
  }
}

function isSetting(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth === MOST_DEPTH) return false;
  return Object.values(value).every((each) => isSetting(each, depth + 1));
}
