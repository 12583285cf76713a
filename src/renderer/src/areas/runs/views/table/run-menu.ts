import type { Run } from '../../../../../../shared/runs/run.ts'
import type { MenuItem } from '../../../../ui/menu-item.ts'
import type { Studio } from '../../../core/state/studio.svelte.ts'
import type { RunActions } from './run-actions.ts'

/** What a right click on a run offers. */
export function runMenu(
  { navigation }: Studio,
  run: Run,
  actions: RunActions,
  rename: () => void,
): readonly MenuItem[] {
  const { id: runId, headline, favourite, archived } = run
  return [
    { label: 'Open', run: () => navigation.go({ view: 'runs', runId }) },
    ...(headline
      ? [
          {
            label: 'Results',
            run: () => navigation.go({ view: 'evaluate', evaluationId: headline.evaluationId }),
          },
        ]
      : []),
    { label: 'Rename… (F2)', testid: 'menu-rename', run: rename },
    {
      label: 'Train again with these settings',
      testid: 'menu-again',
      run: () => navigation.go({ view: 'train', runId }),
    },
    {
      label: favourite ? 'No longer a favourite' : 'Mark as a favourite',
      run: () => void actions.annotate([run], { favourite: !favourite }),
    },
    {
      label: archived ? 'Take out of the archive' : 'Archive',
      run: () => void actions.annotate([run], { archived: !archived }),
    },
    { label: 'Move to the trash', run: () => void actions.trash([run]) },
  ]
}
