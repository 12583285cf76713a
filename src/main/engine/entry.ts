/** The engine process: TensorFlow behind the process protocol. */
import '../processes/close-inherited.ts'
import type { EngineContract } from '../../shared/processes/engine.ts'
import { serve } from '../processes/serve.ts'
import { parentPort } from '../processes/serve-parent.ts'
import { guardDevice } from './device-guard.ts'
import { engineHandlers } from './handlers.ts'
import { usesGpu } from './tf.ts'

serve<EngineContract>(guardDevice(engineHandlers, usesGpu, process.env), parentPort())
