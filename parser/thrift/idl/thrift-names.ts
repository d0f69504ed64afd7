/**
 * Names out of Thrift IDL files: of functions' arguments and results, fields, enum members. What the files do not say
 * has no name; nothing here fails.
 */
import type { IdlDocument, IdlFieldNode, IdlFunctionNode, IdlStatement, IdlTypeNode } from './idl-document.ts';

/** Typedefs of typedefs, services that extend services: a circle ends here. */
const MAX_HOPS = 64;

export interface NamedField {
  readonly name: string;
  readonly type: NamedType | undefined;
}

/** What the IDL says about a value. */
export interface NamedType {
  /** As declared, such as `Item` or `list<Item>`. */
  readonly name: string;
  /** Of a struct, union, exception; of the arguments or the result of a function. */
  field(id: number): NamedField | undefined;
  /** Of a list or set. */
  readonly element: NamedType | undefined;
  /** Of a map. */
  readonly key: NamedType | undefined;
  readonly value: NamedType | undefined;
  /** Name of an enum's value. */
  member(value: number): string | undefined;
}

export interface NamedFunction {
  readonly service: string;
  readonly arguments: NamedType;
  /** Field 0 is `success`, the others are the declared exceptions. */
  readonly result: NamedType;
}

interface Scope {
  readonly document: IdlDocument;
  readonly declared: ReadonlyMap<string, IdlStatement>;
}

export class ThriftNames {
  readonly #scopes = new Map<string, Scope>();

  constructor(documents: readonly IdlDocument[]) {
    for (const document of documents) {
      const declared = new Map<string, IdlStatement>();
      for (const statement of document.body) {
        if (statement.name !== undefined) declared.set(statement.name.value, statement);
      }
      this.#scopes.set(document.file, { document, declared });
    }
  }

  /** @param service of a multiplexed call; where it is empty or no service of the files, the first one with such a function */
  function(service: string, method: string): NamedFunction | undefined {
    let found: NamedFunction | undefined;
    for (const scope of this.#scopes.values()) {
      for (const statement of scope.declared.values()) {
        if (statement.functions === undefined) continue;
        const isWanted = statement.name?.value === service;
        if (found !== undefined && !isWanted) continue;
        const inService = this.#functionOf(scope, statement, method);
        if (inService !== undefined && isWanted) return inService;
        found ??= inService;
      }
    }
    return found;
  }

  /** Of all fields of structs and of all arguments that the files declare; repeated where they are. */
  *fieldNames(): Generator<string> {
    for (const { declared } of this.#scopes.values()) {
      for (const { fields = [], functions = [] } of declared.values()) {
        for (const { name } of fields) yield name.value;
        for (const one of functions) for (const { name } of one.fields) yield name.value;
      }
    }
  }

  /** In the service itself, or in one that it extends. */
  #functionOf(scope: Scope, service: IdlStatement, method: string): NamedFunction | undefined {
    let at: { readonly scope: Scope; readonly statement: IdlStatement } | undefined = { scope, statement: service };
    for (let hop = 0; at !== undefined && hop < MAX_HOPS; hop++) {
      const found = at.statement.functions?.find((one) => one.name.value === method);
      if (found !== undefined) return this.#named(at.scope, service.name?.value ?? '', found);
      const parent: string | undefined = at.statement.extends?.value;
      at = parent === undefined ? undefined : this.#find(at.scope, parent);
    }
    return undefined;
  }

  #named(scope: Scope, service: string, { name, fields, throws, returnType }: IdlFunctionNode): NamedFunction {
    const results = this.#fields(scope, throws);
    if (returnType.type !== 'VoidKeyword') results.set(0, { name: 'success', type: this.#type(scope, returnType) });
    return {
      service,
      arguments: new DeclaredType(`${name.value} arguments`, { fields: () => this.#fields(scope, fields) }),
      result: new DeclaredType(`${name.value} result`, { fields: () => results }),
    };
  }

  #fields(scope: Scope, nodes: readonly IdlFieldNode[]): Map<number, NamedField> {
    const fields = new Map<number, NamedField>();
    // The Thrift compiler numbers fields without id downwards from -1.
    let implicit = -1;
    for (const { name, fieldID, fieldType } of nodes) {
      fields.set(fieldID?.value ?? implicit--, { name: name.value, type: this.#type(scope, fieldType) });
    }
    return fields;
  }

  #type(scope: Scope, node: IdlTypeNode, hop = 0): NamedType | undefined {
    switch (node.type) {
      case 'ListType':
      case 'SetType':
      case 'MapType': {
        const inner = (of: IdlTypeNode | undefined) => () => (of === undefined ? undefined : this.#type(scope, of));
        const value = inner(node.valueType);
        return node.type === 'MapType'
          ? new DeclaredType(nodeName(node), { key: inner(node.keyType), value })
          : new DeclaredType(nodeName(node), { element: value });
      }
      case 'Identifier':
        return this.#declared(scope, node.value ?? '', hop);
      default:
        return undefined;
    }
  }

  #declared(scope: Scope, name: string, hop: number): NamedType | undefined {
    const found = this.#find(scope, name);
    if (found === undefined || hop >= MAX_HOPS) return undefined;
    const { definitionType, members, fields } = found.statement;
    if (definitionType !== undefined) return this.#type(found.scope, definitionType, hop + 1);
    if (fields !== undefined) return new DeclaredType(name, { fields: () => this.#fields(found.scope, fields) });
    return members === undefined ? undefined : new DeclaredType(name, { members: () => membersOf(found.statement) });
  }

  /** A name as written: of this file, or of an included one with that file's name and a dot in front. */
  #find(scope: Scope, name: string): { readonly scope: Scope; readonly statement: IdlStatement } | undefined {
    const own = scope.declared.get(name);
    if (own !== undefined) return { scope, statement: own };
    const dot = name.lastIndexOf('.');
    const file = dot < 0 ? undefined : scope.document.includes.get(name.slice(0, dot));
    const other = file === undefined ? undefined : this.#scopes.get(file);
    const statement = other?.declared.get(name.slice(dot + 1));
    return other === undefined || statement === undefined ? undefined : { scope: other, statement };
  }
}

interface Parts {
  readonly fields?: () => ReadonlyMap<number, NamedField>;
  readonly members?: () => ReadonlyMap<number, string>;
  readonly element?: () => NamedType | undefined;
  readonly key?: () => NamedType | undefined;
  readonly value?: () => NamedType | undefined;
}

/** Looks at its parts when asked: types may hold themselves. */
class DeclaredType implements NamedType {
  readonly name: string;
  readonly #parts: Parts;
  #fields: ReadonlyMap<number, NamedField> | undefined;
  #members: ReadonlyMap<number, string> | undefined;

  constructor(name: string, parts: Parts) {
    this.name = name;
    this.#parts = parts;
  }

  field(id: number): NamedField | undefined {
    this.#fields ??= this.#parts.fields?.();
    return this.#fields?.get(id);
  }

  member(value: number): string | undefined {
    this.#members ??= this.#parts.members?.();
    return this.#members?.get(value);
  }

  get element(): NamedType | undefined {
    return this.#parts.element?.();
  }

  get key(): NamedType | undefined {
    return this.#parts.key?.();
  }

  get value(): NamedType | undefined {
    return this.#parts.value?.();
  }
}

function membersOf({ members = [] }: IdlStatement): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  let next = 0;
  for (const { name, initializer } of members) {
    const value = initializer === null ? next : Number(initializer.value.value);
    // Aliases: the first name of a number is the one shown.
    if (!names.has(value)) names.set(value, name.value);
    next = value + 1;
  }
  return names;
}

const CONTAINER_NAMES: Readonly<Record<string, string>> = { ListType: 'list', SetType: 'set', MapType: 'map' };

function nodeName(node: IdlTypeNode): string {
  const container = CONTAINER_NAMES[node.type];
  if (container === undefined) return node.value ?? node.type.replace('Keyword', '').toLowerCase();
  const inner = [node.keyType, node.valueType].filter((one) => one !== undefined);
  return `${container}<${inner.map(nodeName).join(', ')}>`;
}
