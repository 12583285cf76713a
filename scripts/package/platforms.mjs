// What the packager is told besides. Windows and macOS are untested: nobody has run these packages yet.

const document = { name: 'DDAD Studio run', extension: 'ddadrun' }

export const platformOptions = {
  linux: {},
  /** Untested. */
  win32: {
    win32metadata: { CompanyName: 'DDAD Studio', FileDescription: 'DDAD Studio' },
  },
  /** Untested, and not signed. */
  darwin: {
    appBundleId: 'studio.ddad',
    appCategoryType: 'public.app-category.developer-tools',
    extendInfo: {
      CFBundleDocumentTypes: [
        {
          CFBundleTypeName: document.name,
          CFBundleTypeExtensions: [document.extension],
          CFBundleTypeRole: 'Viewer',
        },
      ],
    },
  },
}
