import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type NearestHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `nearest.${string}`>>

export function nearestHandlers({ nearest }: Studio): NearestHandlers {
  return {
    'nearest.status': nearest.status,
    'nearest.find': nearest.find,
    'nearest.stop': () => nearest.stop(),
  }
}
