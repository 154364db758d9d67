import type { DType } from "../../tensor/dtype";

/** Element types that are read: their bytes in the file and what they become. The format spells them so. */
export const FILE_DTYPES = {
  BOOL: { bytes: 1, dtype: "bool" },
  U8: { bytes: 1, dtype: "u32" },
  I8: { bytes: 1, dtype: "i32" },
  U16: { bytes: 2, dtype: "u32" },
  I16: { bytes: 2, dtype: "i32" },
  U32: { bytes: 4, dtype: "u32" },
  I32: { bytes: 4, dtype: "i32" },
  U64: { bytes: 8, dtype: "u32" },
  I64: { bytes: 8, dtype: "i32" },
  F16: { bytes: 2, dtype: "f32" },
  BF16: { bytes: 2, dtype: "f32" },
  F32: { bytes: 4, dtype: "f32" },
  F64: { bytes: 8, dtype: "f32" },
} as const satisfies Record<string, { bytes: number; dtype: DType }>;

export type FileDType = keyof typeof FILE_DTYPES;

export const isFileDType = (name: string): name is FileDType => Object.hasOwn(FILE_DTYPES, name);
