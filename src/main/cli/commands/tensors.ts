import path from 'node:path'
import type { EngineContract } from '../../../shared/processes/engine.ts'
import type { Command } from '../command.ts'

type What = EngineContract['tensors']['input']['what']

const summaries: Readonly<Record<What, string>> = {
  forward: 'U-Net forward pass on tensors of a file.',
  reconstruct: 'Conditioned reconstructions with given noise on tensors of a file.',
  features: 'Feature maps of an extractor on tensors of a file.',
  heatmap: 'Distances and heat map of tensors of a file.',
  metrics: 'Metrics of maps and masks in a file.',
}

function tensorCommand(what: What): Command {
  return {
    name: `tensors ${what}`,
    usage: '[--weights FILE] --in FILE --out FILE',
    summary: summaries[what],
    details: 'Files are safetensors; weights may also be PyTorch files.',
    options: { weights: { type: 'string' }, in: { type: 'string' }, out: { type: 'string' } },
    run: async ({ values, output, studio }) => {
      const weights = values.text('weights')
      const { names } = await studio().tensors({
        what,
        weights: weights === undefined ? null : path.resolve(weights),
        input: path.resolve(values.required('in')),
        output: path.resolve(values.required('out')),
      })
      output.result({ names }, names.join('\n'))
    },
  }
}

/** `ddad tensors …`: single computations, for comparison with other implementations. */
export const tensors: readonly Command[] = (Object.keys(summaries) as What[]).map(tensorCommand)
