import { describeError } from '../../shared/errors.ts'
import type { CallContext, Handlers, MethodsOf } from '../processes/serve.ts'
import { deviceFailure } from './gpu-policy.ts'

/**
 * The same handlers, which tell a failure of the GPU as what it is.
 * @param usesGpu whether operations run on a GPU
 */
export function guardDevice<C extends MethodsOf<C>>(
  handlers: Handlers<C>,
  usesGpu: () => boolean,
  env: NodeJS.ProcessEnv,
): Handlers<C> {
  const guard = <M extends keyof C>(handler: Handlers<C>[M]): Handlers<C>[M] => {
    return async (input: C[M]['input'], context: CallContext<C[M]['event']>) => {
      try {
        return await handler(input, context)
      } catch (error) {
        const { code, message } = describeError(error)
        throw (code === 'INTERNAL' && deviceFailure(message, usesGpu(), env)) || error
      }
    }
  }
  const names = Object.keys(handlers) as (keyof C)[]
  return Object.fromEntries(names.map((name) => [name, guard(handlers[name])])) as Handlers<C>
}
