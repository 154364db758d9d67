import { describe, expect, test } from "vitest";
import { ParseError } from "../errors";
import { caught, collect } from "../test-support/outcomes";
import { parseCsv, parseCsvColumns, parseCsvRecords, readCsv, readCsvColumns, readCsvRecords, TSV } from "./csv";

function streamOf(text: string, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  let start = 0;
  return new ReadableStream({
    pull(controller) {
      if (start >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(start, start + size));
      start += size;
    },
  });
}

describe("records", () => {
  test.each([
    {
      why: "plain",
      text: "a,b\nc,d\n",
      records: [
        ["a", "b"],
        ["c", "d"],
      ],
    },
    {
      why: "CR LF, no last line end",
      text: "a,b\r\nc,d",
      records: [
        ["a", "b"],
        ["c", "d"],
      ],
    },
    {
      why: "CR alone",
      text: "a,b\rc,d\r",
      records: [
        ["a", "b"],
        ["c", "d"],
      ],
    },
    {
      why: "empty fields",
      text: ",\na,\n,b\n",
      records: [
        ["", ""],
        ["a", ""],
        ["", "b"],
      ],
    },
    { why: "empty lines", text: "\n\na\n\r\n\nb\n\n", records: [["a"], ["b"]] },
    {
      why: "quotes",
      text: '"a","b c"\n"","d"\n',
      records: [
        ["a", "b c"],
        ["", "d"],
      ],
    },
    { why: "an empty record in quotes", text: 'a\n""\n', records: [["a"], [""]] },
    { why: "doubled quotes", text: '"a""b","""",""""""\n', records: [['a"b', '"', '""']] },
    { why: "delimiters in quotes", text: '"a,b",c\n', records: [["a,b", "c"]] },
    {
      why: "line ends in quotes",
      text: '"a\r\nb","\n"\nc,d\n',
      records: [
        ["a\r\nb", "\n"],
        ["c", "d"],
      ],
    },
    { why: "spaces", text: " a , b\n", records: [[" a ", " b"]] },
    {
      why: "other scripts",
      text: "山,😀\né,ø\n",
      records: [
        ["山", "😀"],
        ["é", "ø"],
      ],
    },
    { why: "nothing", text: "", records: [] },
  ])("of $why, however they are cut", async ({ text, records }) => {
    expect(parseCsvRecords(text)).toEqual(records);
    for (const size of [1, 2, 3, 7, 100]) {
      expect(await collect(readCsvRecords(streamOf(text, size)))).toEqual(records);
    }
  });

  test("of tabs, where quotes are plain characters", () => {
    expect(parseCsvRecords('a\t"b\nc"\td\n', TSV)).toEqual([
      ["a", '"b'],
      ['c"', "d"],
    ]);
  });

  test("with another delimiter and quote", () => {
    expect(parseCsvRecords("a;'b;c'\n", { delimiter: ";", quote: "'" })).toEqual([["a", "b;c"]]);
  });
});

describe("rows and columns", () => {
  const table = "\ufefftime,value,__proto__\n1:00,1.5,x\n2:00,-2e3,y\n";

  test("have the names of the first record", async () => {
    const rows = parseCsv(table);
    expect(rows.map((row) => row.value)).toEqual(["1.5", "-2e3"]);
    expect(rows.map((row) => Object.keys(row))).toEqual([
      ["time", "value", "__proto__"],
      ["time", "value", "__proto__"],
    ]);
    expect(await collect(readCsv(new Blob([table])))).toEqual(rows);
  });

  test("are numbers where asked for", async () => {
    const columns = parseCsvColumns(table, { value: "number", time: "text" });
    expect(columns.value).toEqual(Float64Array.of(1.5, -2000));
    expect(columns.time).toEqual(["1:00", "2:00"]);
    expect(await readCsvColumns(new Blob([table]), { value: "number" })).toEqual({ value: columns.value });
  });

  test("of a header alone are empty", () => {
    expect(parseCsv("a,b\n")).toEqual([]);
    expect(parseCsvColumns("a,b\n", { a: "number" })).toEqual({ a: new Float64Array(0) });
  });
});

describe("errors", () => {
  test("name the line of a ragged row", async () => {
    const text = 'a,b\n"1\n2",3\n\n4,5,6\n';
    expect(() => parseCsvRecords(text)).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseCsvRecords: expected 2 fields in every record, as in line 1 but got 3 in line 5: ["4","5","6"]. Complete the record, put fields that hold the delimiter in quotes, or pass the file's own delimiter.]`,
    );
    expect(caught(() => parseCsv(text))).toMatchObject({ name: "ParseError", line: 5 });
    await expect(collect(readCsv(streamOf(text, 1)))).rejects.toMatchObject({ line: 5 });
  });

  test("name the line of a quote that is out of place or never closed", () => {
    expect(() => parseCsvRecords('a,b\nc,d"e\n')).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseCsvRecords: expected quotes around a whole field only but got a quote within a field in line 2, field 2. Put the whole field in quotes and double those within it, or pass { quote: "" }.]`,
    );
    expect(() => parseCsvRecords('a,b\n"c" ,d\n')).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseCsvRecords: expected a delimiter or a line end behind a closing quote but got " " in line 2, field 1. Double a quote that is part of the field, and leave no space behind the closing one.]`,
    );
    expect(() => parseCsvRecords('a,b\nc,"d\ne,f\n')).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseCsvRecords: expected a quote at the end of every field that starts with one but got the end of the file in line 2, field 2. Close the quote that opens on this line, or pass { quote: "" } if the file quotes nothing.]`,
    );
  });

  test("stop at a field that grows without end", async () => {
    const endless = streamOf(`a,b\n"${"x".repeat(10_000)}`, 100);
    await expect(collect(readCsv(endless, { maxLength: 250 }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ParseError: readCsv: expected fields of at most 250 characters but got one of 295 or more in line 2, field 1. Raise maxLength, or close the quote that makes the rest of the file one field.]`,
    );
  });

  test("name a column that is missing, unnamed or named twice", () => {
    expect(() => parseCsvColumns("a,b\n1,2\n", { c: "number" })).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseCsvColumns: expected a column "c" but got ["a","b"] in line 1. Ask for columns that the header names.]`,
    );
    expect(() => parseCsv("a,a\n1,2\n")).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseCsv: expected a header that names every column, each by a name of its own but got "a" for column 2 in line 1. Name the columns in the first line, or read a table without header with the functions of records.]`,
    );
    expect(() => parseCsv("a,\n1,2\n")).toThrow(ParseError);
    expect(() => parseCsvColumns("", { a: "text" })).toThrow(ParseError);
  });

  test.each(["", " ", "x", "NaN", "Infinity", "1,5"])("name the line and column of %j, which is no number", (field) => {
    const error = caught(() => parseCsvColumns(`a\tb\n1\t2\n\n${field}\t3\n`, { a: "number" }, TSV));
    expect(error).toMatchObject({ name: "ParseError", line: 4, column: "a" });
  });

  test("refuse delimiters that are none", () => {
    expect(() => parseCsv("a", { delimiter: ", " })).toThrowErrorMatchingInlineSnapshot(
      `[ParseError: parseCsv: expected a delimiter and a quote of one character each but got ", " and "\\"" in line 1, field 1. Pass such as { delimiter: ";" }, and { quote: "" } for files without quotes.]`,
    );
    expect(() => parseCsv("a", { delimiter: '"' })).toThrow(ParseError);
  });
});
