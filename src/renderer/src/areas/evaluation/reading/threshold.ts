export {
  decisionInUse,
  defaultThreshold,
  outcomeOf,
  outcomes,
  verdictOf,
  type Outcome,
  type Threshold,
} from '../../../../../shared/metrics/default-threshold.ts'
