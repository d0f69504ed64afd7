/** The part of a task that flags say too, by the same names in camelCase. */
import { z } from 'zod';
import { parsePlan, parseQuery, parseThreshold } from '../../../core/index.ts';
import { parseTarget, requestKeySchema } from '../../../emitter/index.ts';
import { checkPinName } from '../../../store/index.ts';
import { systemClock } from '../../clock.ts';
import { MAX_PIPELINING } from '../../options/connections.ts';
import { parseRunTime, parseTargetWait } from '../../options/duration.ts';
import { parseHeader } from '../../options/headers.ts';
import { parseLateness } from '../../options/lateness.ts';
import { MAX_CONNECTIONS, parseCount, parsePositive, parseRate, parseTimes, parseWhole } from '../../options/number.ts';
import { MAX_SEED, MAX_WORKERS, MULTIPLICATIONS } from '../../options/pacing.ts';
import { parseStopRule } from '../../options/stop-rules.ts';
import { parseClientAddress, parseTargetText } from '../../options/targets.ts';
import { checkedText, flagList, flagName, flagSwitch, flagText } from './flag-values.ts';

const target = flagText((text) => {
  const parsed = parseTargetText(text);
  parseTarget(parsed.to);
  return parsed;
});

/** `X-Env: dev` as text, or as YAML reads it without quotes: an object. */
const headers = z.preprocess(
  (given) => (Array.isArray(given) ? given.flatMap(headerTexts) : headerTexts(given)),
  flagList(flagText(parseHeader)),
);

/** What a run is. */
const about = {
  to: flagList(target).optional(),
  copyTo: flagList(checkedText(parseTarget)).optional(),
  clientAddress: flagText(parseClientAddress).optional(),
  store: flagName.optional(),
  recording: flagText(checkPinName).optional(),
  file: flagName.optional(),
  where: checkedText((text) => parseQuery(text, systemClock.now())).optional(),
  since: flagName.optional(),
  until: flagName.optional(),
  withoutSecrets: flagSwitch.optional(),
};

const pacing = {
  speed: flagText(parsePositive).optional(),
  qps: flagText(parseRate).optional(),
  plan: flagText(parsePlan).optional(),
  arrivals: z.enum(['even', 'poisson']).optional(),
  seed: flagText(parseWhole(0, MAX_SEED)).optional(),
  late: flagText(parseLateness).optional(),
  session: requestKeySchema.optional(),
  times: flagText(parseTimes).optional(),
  by: z.enum(MULTIPLICATIONS).optional(),
  /** `true`: until stopped. */
  loop: z.union([z.literal(true), flagText(parseCount)], 'true or a whole number is allowed').optional(),
  duration: flagText(parseRunTime).optional(),
  count: flagText(parseCount).optional(),
  workers: flagText(parseWhole(1, MAX_WORKERS)).optional(),
};

const guards = {
  allowWrites: flagSwitch.optional(),
  readOnly: flagSwitch.optional(),
  readFunctions: flagList(flagName).optional(),
  allowTarget: flagSwitch.optional(),
  onlyTargets: flagList(flagName).optional(),
};

const connections = {
  connections: flagText(parseWhole(1, MAX_CONNECTIONS)).optional(),
  timeout: flagText(parseTargetWait).optional(),
  maxWait: flagText(parseTargetWait).optional(),
  pipelining: flagText(parseWhole(1, MAX_PIPELINING)).optional(),
  retry: flagSwitch.optional(),
  http2: flagSwitch.optional(),
  insecure: flagSwitch.optional(),
  ca: flagName.optional(),
  cert: flagName.optional(),
  key: flagName.optional(),
  serverName: flagName.optional(),
  host: flagName.optional(),
  setHeader: headers.optional(),
  removeHeader: flagList(flagName).optional(),
};

const outcome = {
  stopOn: flagList(checkedText(parseStopRule)).optional(),
  threshold: flagList(checkedText(parseThreshold)).optional(),
  results: flagName.optional(),
  saveResponses: flagSwitch.optional(),
  withSecrets: flagSwitch.optional(),
  json: flagSwitch.optional(),
  html: flagName.optional(),
  hgrm: flagName.optional(),
};

export const flagFields = { ...about, ...pacing, ...guards, ...connections, ...outcome };

/** Names of the keys that {@link flagFields} has. */
export const FLAG_NAMES: ReadonlySet<string> = new Set(Object.keys(flagFields));

function headerTexts(given: unknown): readonly unknown[] {
  if (typeof given !== 'object' || given === null) return [given];
  return Object.entries(given).map(([name, value]) => (typeof value === 'object' ? value : `${name}: ${value}`));
}
