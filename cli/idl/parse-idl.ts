/**
 * One Thrift IDL text to its syntax tree, by the scanner and parser of `@creditkarma/thrift-parser`. They are taken one by
 * one because its `parse` prints every fault to the standard output.
 */
import { createParser } from '@creditkarma/thrift-parser/dist/main/parser.js';
import { createScanner } from '@creditkarma/thrift-parser/dist/main/scanner.js';
import type { ThriftError } from '@creditkarma/thrift-parser/dist/main/types.js';
import { BytecopyError } from '../../core/index.ts';
import type { IdlDocument } from '../../parser/index.ts';

export interface ParsedIdl {
  readonly body: IdlDocument['body'];
  readonly includes: readonly { readonly path: string; readonly line: number }[];
}

export type ParseIdl = typeof parseIdl;

/** Lines that name nothing on the wire and may have forms that the package does not know, such as `namespace * x`. */
const LEFT_OUT = /^[ \t]*(namespace|cpp_include|php_namespace|xsd_namespace|package)\b.*$/gm;

/**
 * @param file named in errors
 * @throws BytecopyError `IDL_INVALID` (exit code 2)
 */
export function parseIdl(text: string, file: string): ParsedIdl {
  const fault: { first?: ThriftError } = {};
  const stop = (error: ThriftError): never => {
    fault.first ??= error;
    throw new Error(error.message);
  };
  try {
    const tokens = createScanner(text.replace(LEFT_OUT, ''), stop).scan();
    const { body } = createParser(tokens, stop).parse();
    const includes = body.flatMap((statement) =>
      'path' in statement && statement.type.startsWith('Include')
        ? [{ path: statement.path.value, line: statement.loc.start.line }]
        : [],
    );
    return { body, includes };
  } catch (cause) {
    // A fault that the package did not see coming has no place.
    const place = fault.first?.loc as ThriftError['loc'] | undefined;
    const line = place === undefined ? '' : `:${place.start.line}`;
    const what = place === undefined ? 'it cannot be read as Thrift IDL' : fault.first?.message;
    throw new BytecopyError('IDL_INVALID', `IDL file ${file}${line}: ${what}`, {
      hint: 'it has to be Thrift IDL that the Thrift compiler takes',
      exitCode: 2,
      cause,
    });
  }
}
