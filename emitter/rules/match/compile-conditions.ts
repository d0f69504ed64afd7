/**
 * The conditions of a rule as tests of a request, the cheapest first: those of what the recording says beside the bytes,
 * then those of the head, then those of the body.
 */

import { parseJsonPath } from '../../../parser/index.ts';
import { Sampler } from '../../live/sampler.ts';
import { jsonStringText, locateJson } from '../json/locate-json.ts';
import type { Rule, RuleConditions } from '../options.ts';
import { compileContained, compilePatterns, type TextTest } from '../pattern/text-pattern.ts';
import { latin1Of, type RuleSubject } from '../rule-subject.ts';
import { someHeader, someParameter } from './head-text.ts';
import { parseStatusRange } from './status-range.ts';
import { thriftValueText } from './thrift-value-text.ts';

export type SubjectTest = (subject: RuleSubject) => boolean;

export function compileMatch({ not, ...conditions }: Rule['match']): readonly SubjectTest[] {
  const tests = compileConditions(conditions);
  if (not === undefined) return tests;
  const excluded = compileConditions(not);
  return [...tests, (subject) => !excluded.every((test) => test(subject))];
}

function compileConditions(conditions: RuleConditions): SubjectTest[] {
  return [...recordedTests(conditions), ...headTests(conditions), ...bodyTests(conditions)];
}

function recordedTests(conditions: RuleConditions): SubjectTest[] {
  const { protocol, status, share } = conditions;
  const tests: SubjectTest[] = [];
  if (protocol !== undefined) tests.push(({ recorded }) => protocol.includes(recorded.protocol));
  if (conditions.method !== undefined) {
    const test = compilePatterns(conditions.method);
    tests.push(({ recorded }) => recorded.protocol === 'http1' && test(recorded.verb));
  }
  if (status !== undefined) {
    const ranges = status.map((text) => parseStatusRange(text)).filter((range) => range !== undefined);
    tests.push(({ recorded: { status: own = 0 } }) => ranges.some(({ from, to }) => own >= from && own <= to));
  }
  if (conditions.service !== undefined) {
    const test = compilePatterns(conditions.service);
    tests.push(({ recorded }) => test(recorded.service));
  }
  if (conditions.source !== undefined) {
    const test = compilePatterns(conditions.source);
    tests.push(({ recorded }) => test(recorded.source));
  }
  if (share !== undefined) {
    const sampler = new Sampler(share);
    tests.push(({ recorded: { trace, flow } }) => sampler.takes(trace?.traceId, flow.id));
  }
  if (conditions.operation !== undefined) {
    const test = compilePatterns(conditions.operation);
    tests.push(({ recorded }) => test(recorded.operation));
  }
  if (conditions.path !== undefined) {
    const test = compilePatterns(conditions.path);
    tests.push((subject) => subject.recorded.protocol === 'http1' && test(subject.path));
  }
  if (conditions.thrift?.function !== undefined) tests.push(functionTest(conditions.thrift.function));
  return tests;
}

function headTests({ header = {}, query = {} }: RuleConditions): SubjectTest[] {
  const headers = Object.entries(header).map(([name, patterns]): SubjectTest => {
    const lowerName = name.toLowerCase();
    const test = compilePatterns(patterns);
    const absent = patterns.includes('');
    return (subject) => {
      if (subject.thrift === undefined) return someHeader(subject.head, lowerName, test) ?? absent;
      const values = subject.thrift.headers.filter((entry) => entry.name.toLowerCase() === lowerName);
      return values.length === 0 ? absent : values.some(({ value }) => test(value));
    };
  });
  const parameters = Object.entries(query).map(([name, patterns]): SubjectTest => {
    const test = compilePatterns(patterns);
    const absent = patterns.includes('');
    return (subject) => someParameter(subject.query, name, test) ?? absent;
  });
  return [...headers, ...parameters];
}

function bodyTests({ body, json = {}, thrift }: RuleConditions): SubjectTest[] {
  const tests: SubjectTest[] = [];
  for (const [path, patterns] of Object.entries(thrift?.field ?? {})) tests.push(fieldTest(path, patterns));
  if (body !== undefined) {
    const test = compileContained(body);
    tests.push((subject) => test(subject.text));
  }
  for (const [path, patterns] of Object.entries(json)) tests.push(jsonTest(path, patterns));
  return tests;
}

/** Each pattern against the name with its service where it has a colon itself, and without it otherwise. */
function functionTest(patterns: readonly string[]): SubjectTest {
  const tests = patterns.map((pattern): TextTest => {
    const test = compilePatterns([pattern]);
    const isWhole = pattern.replace(/^re:/, '').includes(':');
    return (operation) => test(isWhole ? operation : operation.slice(operation.lastIndexOf(':') + 1));
  });
  return ({ recorded: { protocol, operation } }) => protocol === 'thrift' && tests.some((test) => test(operation));
}

function fieldTest(path: string, patterns: readonly string[]): SubjectTest {
  const ids = path.split('.').map(Number);
  const test = compilePatterns(patterns);
  const absent = patterns.includes('');
  return ({ thrift }) => {
    if (thrift === undefined) return false;
    const text = thriftValueText(thrift.body, ids);
    return text === undefined ? absent : test(text);
  };
}

/** Strings as what they say, all else as it is written. */
function jsonTest(path: string, patterns: readonly string[]): SubjectTest {
  const steps = parseJsonPath(path) ?? [];
  const test = compilePatterns(patterns);
  const absent = patterns.includes('');
  return (subject) => {
    if (subject.recorded.protocol !== 'http1') return false;
    const octets = latin1Of(subject.body.bytes);
    const values = locateJson(octets, steps)?.values ?? [];
    if (values.length === 0) return absent;
    return values.some(({ start, end }) => {
      const written = octets.slice(start, end);
      return test(written.startsWith('"') ? (jsonStringText(written) ?? '') : written);
    });
  };
}
