export * from "./metrics";
export * from "./pictures";
export * from "./search";
