import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

/** Requests are checked in main; the page has no use for a parser of schemas. */
const withoutZod: Plugin = {
  name: 'without-zod',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      const ids = chunk.type === 'chunk' ? chunk.moduleIds : []
      const found = ids.find((id) => id.includes('/node_modules/zod/'))
      if (found) this.error(`The page must not import zod, but has ${found}.`)
    }
  },
}

export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: {
          index: 'src/main/index.ts',
          cli: 'src/main/cli/main.ts',
          engine: 'src/main/engine/entry.ts',
          background: 'src/main/background/entry.ts',
        },
      },
    },
  },
  preload: {
    build: {
      rolldownOptions: {
        input: 'src/preload/index.ts',
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    plugins: [svelte(), withoutZod],
    build: {
      minify: true,
      chunkSizeWarningLimit: 1500,
      rolldownOptions: { input: 'src/renderer/index.html' },
    },
  },
})
