/** Values learnt from answers, put into later requests of their session. */
export {
  type CheckedCorrelationOptions,
  type CorrelationOptions,
  type CorrelationRule,
  correlationSchema,
} from './options.ts';
