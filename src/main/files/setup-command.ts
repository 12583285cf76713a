/** The command that fetches what training needs: the package's, where the process was started by it. */
export const setupCommand = (): string => process.env['DDAD_SETUP'] ?? 'npm run setup'
