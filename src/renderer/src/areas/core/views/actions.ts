import type { Action } from '../../../commands/commands.svelte.ts'
import type { Studio } from '../state/studio.svelte.ts'
import { views } from './views.ts'

/** The actions that are there in every view. */
export function windowActions(
  studio: Studio,
  open: (overlay: 'palette' | 'shortcuts') => void,
): readonly Action[] {
  const { navigation, settings, toasts, jobs, datasetImport } = studio
  const places = views.map(({ view, label }, index): Action => ({
    id: `go.${view}`,
    group: 'Go to',
    label,
    key: `Mod+${index + 1}`,
    run: () => navigation.go({ view }),
  }))
  return [
    ...places,
    {
      id: 'go.back',
      group: 'Go to',
      label: 'Back',
      key: 'Alt+ArrowLeft',
      run: () => history.back(),
    },
    {
      id: 'go.forward',
      group: 'Go to',
      label: 'Forward',
      key: 'Alt+ArrowRight',
      run: () => history.forward(),
    },
    {
      id: 'palette',
      group: 'Window',
      label: 'Find a command',
      key: 'Mod+K',
      run: () => open('palette'),
    },
    {
      id: 'shortcuts',
      group: 'Window',
      label: 'Show all shortcuts',
      key: '?',
      run: () => open('shortcuts'),
    },
    {
      id: 'theme',
      group: 'Window',
      label: 'Switch between light and dark',
      run: () => settings.set({ theme: settings.dark ? 'light' : 'dark' }),
    },
    {
      id: 'import',
      group: 'Data',
      label: 'Import a folder',
      key: 'Mod+O',
      run: () => toasts.attempt(() => datasetImport.choose()),
    },
    {
      id: 'demo',
      group: 'Data',
      label: 'Run the demonstration',
      enabled: () => !studio.demoStarting,
      run: () => studio.startDemo(),
    },
    {
      id: 'job.stop',
      group: 'Jobs',
      label: 'Stop the running job and keep its work',
      enabled: () => jobs.running !== null,
      run: () => toasts.attempt(async () => jobs.running && jobs.stop(jobs.running.id)),
    },
  ]
}
