/**
 * A Thrift IDL file after parsing. The shapes are the part of `@creditkarma/thrift-parser`'s syntax tree that names need:
 * who reads files parses them, here is neither.
 */

export interface IdlIdentifier {
  readonly value: string;
}

/** A type where it is used: a base type, a container, or the name of something declared. */
export interface IdlTypeNode {
  /** `Identifier`, `ListType`, `SetType`, `MapType`, otherwise a base type. */
  readonly type: string;
  readonly value?: string;
  readonly keyType?: IdlTypeNode;
  readonly valueType?: IdlTypeNode;
}

export interface IdlFieldNode {
  readonly name: IdlIdentifier;
  readonly fieldID: { readonly value: number } | null;
  readonly fieldType: IdlTypeNode;
}

export interface IdlFunctionNode {
  readonly name: IdlIdentifier;
  readonly returnType: IdlTypeNode;
  readonly fields: readonly IdlFieldNode[];
  readonly throws: readonly IdlFieldNode[];
}

export interface IdlEnumMemberNode {
  readonly name: IdlIdentifier;
  /** Digits, decimal or with `0x`. */
  readonly initializer: { readonly value: { readonly value: string } } | null;
}

/** `type` says which; the members of the others are absent. */
export interface IdlStatement {
  readonly type: string;
  readonly name?: IdlIdentifier;
  /** `StructDefinition`, `UnionDefinition`, `ExceptionDefinition`. */
  readonly fields?: readonly IdlFieldNode[];
  /** `EnumDefinition`. */
  readonly members?: readonly IdlEnumMemberNode[];
  /** `TypedefDefinition`. */
  readonly definitionType?: IdlTypeNode;
  /** `ServiceDefinition`. */
  readonly extends?: IdlIdentifier | null;
  readonly functions?: readonly IdlFunctionNode[];
}

export interface IdlDocument {
  /** Unique among the documents given together. */
  readonly file: string;
  readonly body: readonly IdlStatement[];
  /** By the name that stands in front of the dot (`shared` of `shared.thrift`): the file included. */
  readonly includes: ReadonlyMap<string, string>;
}
