/** Values learnt from answers, put into later requests of their session. */
export { type CorrelationReport, type CorrelationRuleReport, joinCorrelation } from './correlation-report.ts';
export { type AnsweredExchange, Correlator, type Learnable } from './correlator.ts';
export {
  type CheckedCorrelationOptions,
  type CorrelationOptions,
  type CorrelationRule,
  correlationSchema,
} from './options.ts';
export { DEFAULT_SESSION_LIMITS, type SessionLimits } from './session-values.ts';
