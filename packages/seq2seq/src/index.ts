export * from "./bridges";
export * from "./decoders";
export * from "./encoders";
export * from "./metrics";
export * from "./models";
export * from "./pictures";
export * from "./search";
export * from "./training";
