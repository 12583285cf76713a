/** What can be done with a workspace as a whole. */
import { rescueWorkspace } from '../../services/core/rescue.ts'
import type { Command } from '../command.ts'

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`

export const workspaceRescue: Command = {
  name: 'workspace rescue',
  usage: '',
  summary: 'Builds a lost studio.db anew from what checkpoints and masks say of themselves.',
  options: {},
  details:
    'Refuses where the database can be read; one that cannot is moved to lost+found/ in the workspace, with all files\n' +
    'that say nothing of themselves. Runs keep their numbers. Figures, curves, reviews and settings were in the\n' +
    'database alone: evaluate again, or put a backup back instead.',
  run: async ({ output, workspace, background }) => {
    const children = background()
    try {
      const rescued = await rescueWorkspace(workspace, children)
      const { datasets, runs, checkpoints, masks, unknown, moved } = rescued
      const lines = [
        `Rescued ${plural(runs, 'run')} with ${plural(checkpoints, 'checkpoint')} and ${plural(masks, 'mask')}.`,
        ...datasets.map(({ name, root, found }) =>
          found ? `${name}: read again from ${root}.` : `${name}: ${root} is not there; relink it.`,
        ),
        ...(unknown > 0
          ? [
              `${plural(unknown, 'run')} of an older build: which data they were trained on is not known.`,
            ]
          : []),
        ...(moved.length > 0 ? [`${plural(moved.length, 'item')} moved to lost+found/.`] : []),
      ]
      output.result(rescued, lines.join('\n'))
    } finally {
      await children.close()
    }
  },
}
