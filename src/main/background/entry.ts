/** The background process: work on files and pixels that needs no TensorFlow. */
import '../processes/close-inherited.ts'
import type { BackgroundContract } from '../../shared/processes/background.ts'
import { serve } from '../processes/serve.ts'
import { parentPort } from '../processes/serve-parent.ts'
import { backgroundHandlers } from './handlers.ts'

serve<BackgroundContract>(backgroundHandlers, parentPort())
