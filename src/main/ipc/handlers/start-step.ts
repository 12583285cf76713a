import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type StartStepHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `preview.${string}`>>

export function startStepHandlers({ previews }: Studio): StartStepHandlers {
  return {
    'preview.start': (request) => previews.start(request),
    'preview.stop': () => {
      previews.stop()
      return null
    },
  }
}
