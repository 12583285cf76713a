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
    group: 'Go to',
    label,
    key: `Mod+${index + 1}`,
    run: () => navigation.go({ view }),
  }))
  return [
    ...places,
    {
      group: 'Go to',
      label: 'Back',
      key: 'Alt+ArrowLeft',
      run: () => history.back(),
    },
    {
      group: 'Go to',
      label: 'Forward',
      key: 'Alt+ArrowRight',
      run: () => history.forward(),
    },
    {
      group: 'Window',
      label: 'Find a command',
      key: 'Mod+K',
      run: () => open('palette'),
    },
    {
      group: 'Window',
      label: 'Show all shortcuts',
      key: '?',
      run: () => open('shortcuts'),
    },
    {
      group: 'Window',
      label: 'Switch between light and dark',
      run: () => settings.set({ theme: settings.dark ? 'light' : 'dark' }),
    },
    {
      group: 'Data',
      label: 'Import a folder',
      key: 'Mod+O',
      run: () => toasts.attempt(() => datasetImport.choose()),
    },
    {
      group: 'Data',
      label: 'Run the demonstration',
      enabled: () => !studio.demoStarting,
      run: () => studio.startDemo(),
    },
    {
      group: 'Jobs',
      label: 'Stop the running job and keep its work',
      enabled: () => jobs.running !== null,
      run: () => toasts.attempt(async () => jobs.running && jobs.stop(jobs.running.id)),
    },
  ]
}
