import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type CompareHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `compare.${string}`>>

export function compareHandlers({ comparisons }: Studio): CompareHandlers {
  return {
    'compare.grid': ({ runIds, ...options }) => comparisons.grid(runIds, options),
    'compare.curves': ({ runIds, name, limit }) => comparisons.curves(runIds, name, limit),
    'compare.curveNames': ({ runIds }) => comparisons.curveNames(runIds),
  }
}
