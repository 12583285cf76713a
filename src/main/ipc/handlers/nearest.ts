import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type NearestHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `nearest.${string}`>>

export function nearestHandlers({ nearest }: Studio): NearestHandlers {
  return {
    'nearest.status': (request) => nearest.status(request),
    'nearest.find': (search) => nearest.find(search),
    'nearest.stop': () => {
      nearest.stop()
      return null
    },
  }
}
