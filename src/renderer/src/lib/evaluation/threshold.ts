export {
  defaultThreshold,
  verdictOf,
  type Threshold,
} from '../../../../shared/metrics/default-threshold.ts'
