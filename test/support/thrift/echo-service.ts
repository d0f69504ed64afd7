/**
 * A Thrift service on Apache's library for Node, written by hand instead of generated:
 *
 *     exception Refused { 1: string nonce }
 *     service Echo {
 *       string echo(1: string nonce)
 *       string later(1: string nonce)                            answered after the next echo
 *       string refuse(1: string nonce) throws (1: Refused refused)
 *       oneway void note(1: string nonce)
 *     }
 *
 * Every answer carries the nonce of its call.
 */
import thrift from 'thrift';

const { MessageType, Type } = thrift.Thrift;

type Answer = () => void;

/** Answers calls: a processor in the package's sense. */
export class EchoProcessor {
  readonly noted: string[] = [];
  #waiting: Answer[] = [];

  process(input: thrift.TProtocol, output: thrift.TProtocol): void {
    const { fname, rseqid } = input.readMessageBegin();
    const nonce = readNonce(input);
    input.readMessageEnd();
    const result = (fieldId: number, isStruct: boolean) => () =>
      writeMessage(output, fname, MessageType.REPLY, rseqid, () => {
        output.writeFieldBegin('result', isStruct ? Type.STRUCT : Type.STRING, fieldId);
        if (isStruct) writeStruct(output, nonce);
        else output.writeString(nonce);
        output.writeFieldEnd();
      });
    switch (fname) {
      case 'echo': {
        result(0, false)();
        const waiting = this.#waiting;
        this.#waiting = [];
        for (const answer of waiting) answer();
        return;
      }
      case 'later':
        this.#waiting.push(result(0, false));
        return;
      case 'refuse':
        result(1, true)();
        return;
      case 'note':
        this.noted.push(nonce);
        return;
      default: {
        const exception = new thrift.Thrift.TApplicationException(
          thrift.Thrift.TApplicationExceptionType.UNKNOWN_METHOD,
          `no function ${fname}: ${nonce}`,
        );
        output.writeMessageBegin(fname, MessageType.EXCEPTION, rseqid);
        exception.write(output);
        output.writeMessageEnd();
        output.flush();
      }
    }
  }
}

/** What the package asks of a connection's client. */
type ProtocolClass = new (transport: thrift.TTransport) => thrift.TProtocol;

/** Calls; several may be in flight. With sequence ids, answers find their calls by them, otherwise in their order. */
export class EchoClient {
  /** The package puts a callback for the answer being read here, under the negated sequence id. */
  readonly _reqs: Record<number, (error: unknown, result: unknown) => void> = {};
  /** Every call has sequence id 0, as some clients do. */
  withoutSequenceIds = false;
  readonly #output: thrift.TTransport;
  readonly #protocol: ProtocolClass;
  readonly #waiting = new Map<number, ((answer: string) => void)[]>();
  #sequenceId = 0;

  constructor(output: thrift.TTransport, protocol: ProtocolClass) {
    this.#output = output;
    this.#protocol = protocol;
  }

  /** Replaced by the package's `Multiplexer`. */
  new_seqid(): number {
    this.#sequenceId++;
    return this.#sequenceId;
  }

  /** @returns the nonce of the answer, whatever kind of answer it is */
  call(name: string, nonce: string): Promise<string> {
    const sequenceId = this.#send(name, MessageType.CALL, nonce);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(sequenceId) ?? [];
      waiting.push(resolve);
      this.#waiting.set(sequenceId, waiting);
    });
  }

  note(nonce: string): void {
    this.#send('note', MessageType.ONEWAY, nonce);
  }

  /** As some generated clients send a oneway: a call that is never answered. */
  noteAsCall(nonce: string): void {
    this.#send('note', MessageType.CALL, nonce);
  }

  recv_echo(input: thrift.TProtocol, kind: number, sequenceId: number): void {
    this.#received(input, kind, sequenceId);
  }

  recv_later(input: thrift.TProtocol, kind: number, sequenceId: number): void {
    this.#received(input, kind, sequenceId);
  }

  recv_refuse(input: thrift.TProtocol, kind: number, sequenceId: number): void {
    this.#received(input, kind, sequenceId);
  }

  recv_missing(input: thrift.TProtocol, kind: number, sequenceId: number): void {
    this.#received(input, kind, sequenceId);
  }

  #send(name: string, kind: thrift.Thrift.MessageType, nonce: string): number {
    const sequenceId = this.withoutSequenceIds ? 0 : this.new_seqid();
    const output = new this.#protocol(this.#output);
    writeMessage(output, name, kind, sequenceId, () => {
      output.writeFieldBegin('nonce', Type.STRING, 1);
      output.writeString(nonce);
      output.writeFieldEnd();
    });
    return sequenceId;
  }

  /** @param negated the sequence id, as the package hands it over */
  #received(input: thrift.TProtocol, kind: number, negated: number): void {
    const answer = kind === MessageType.EXCEPTION ? readException(input) : readNonce(input);
    input.readMessageEnd();
    this._reqs[negated]?.(null, undefined);
    this.#waiting.get(negated === 0 ? 0 : -negated)?.shift()?.(answer);
  }
}

function writeMessage(
  output: thrift.TProtocol,
  name: string,
  kind: thrift.Thrift.MessageType,
  sequenceId: number,
  writeFields: () => void,
): void {
  output.writeMessageBegin(name, kind, sequenceId);
  output.writeStructBegin('s');
  writeFields();
  output.writeFieldStop();
  output.writeStructEnd();
  output.writeMessageEnd();
  // The protocol's flush and not the transport's: THeader writes its header there.
  output.flush();
}

function writeStruct(output: thrift.TProtocol, nonce: string): void {
  output.writeStructBegin('Refused');
  output.writeFieldBegin('nonce', Type.STRING, 1);
  output.writeString(nonce);
  output.writeFieldEnd();
  output.writeFieldStop();
  output.writeStructEnd();
}

/** The first text of a struct: the nonce is the only one. */
function readNonce(input: thrift.TProtocol): string {
  let nonce = '';
  input.readStructBegin();
  for (;;) {
    const { ftype } = input.readFieldBegin();
    if (ftype === Type.STOP) break;
    if (ftype === Type.STRING) nonce = input.readString().toString();
    else if (ftype === Type.STRUCT) nonce = readNonce(input);
    else input.skip(ftype);
    input.readFieldEnd();
  }
  input.readStructEnd();
  return nonce;
}

function readException(input: thrift.TProtocol): string {
  const exception = new thrift.Thrift.TApplicationException(0, '');
  exception.read(input);
  return exception.message.replace(/^no function \w+: /, '');
}
