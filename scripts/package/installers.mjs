// The application's folder as .deb, .rpm and .tar.xz.
import fs from 'node:fs'
import path from 'node:path'
import { Installer as DebianInstaller } from 'electron-installer-debian'
import { Installer as RedhatInstaller } from 'electron-installer-redhat'
import { root } from '../lib/root.mjs'
import { run } from '../lib/run.mjs'

const templates = path.join(root, 'scripts/package/linux')
const icons = path.join(root, 'resources/icon')

/** Adds the command line and the file type to what an installer makes of Electron's folder. */
const withExtras = (Installer) =>
  class extends Installer {
    get contentFunctions() {
      return [...super.contentFunctions, 'createExtras']
    }

    async createExtras() {
      const base = path.join(this.stagingDir, this.baseAppDir)
      const types = path.join(base, 'share/mime/packages')
      for (const folder of [types, path.join(base, 'bin')])
        fs.mkdirSync(folder, { recursive: true })
      fs.copyFileSync(
        path.join(templates, 'mime.xml'),
        path.join(types, `${this.options.name}.xml`),
      )
      const command = `../lib/${this.options.name}/resources/studio/bin/ddad`
      fs.symlinkSync(command, path.join(base, 'bin/ddad'))
    }
  }

async function make(Installer, application, results, about, options) {
  const installer = new (withExtras(Installer))({
    src: application,
    dest: results,
    options: {
      ...{ name: about.name, productName: about.product, version: about.version },
      ...{ bin: about.executable, genericName: 'Anomaly detection', homepage: undefined },
      description: about.description.replace(/\.$/, ''),
      productDescription: `${about.description} Trains diffusion models that find defects in images of surfaces and parts, shows every result, and keeps the record.`,
      categories: ['Science', 'Graphics', 'Education'],
      mimeType: ['application/x-ddadrun'],
      desktopTemplate: path.join(templates, 'desktop.ejs'),
      icon: {
        scalable: path.join(icons, 'icon.svg'),
        '512x512': path.join(icons, 'icon-512.png'),
        '128x128': path.join(icons, 'icon-128.png'),
      },
      ...options,
    },
    rename: (folder, file) => path.join(folder, file),
    logger: () => undefined,
  })
  await installer.generateDefaults()
  await installer.generateOptions()
  // The desktop's trash, with all that it brings along, is for applications that move files there.
  for (const needed of ['depends', 'requires'])
    installer.options[needed] = installer.options[needed]?.filter((one) => !/trash|gvfs/.test(one))
  await installer.generateScripts?.()
  await installer.createStagingDir()
  await installer.createContents()
  await installer.createPackage()
  await installer.movePackage()
  return installer.options.packagePaths[0]
}

/** Each makes one file in `results` and returns its path. */
export const installers = {
  deb: (application, results, about) =>
    make(DebianInstaller, application, results, about, {
      ...{ arch: 'amd64', section: 'science', maintainer: 'DDAD Studio' },
      depends: ['libasound2t64 | libasound2', 'libx11-xcb1'],
      recommends: ['shared-mime-info', 'desktop-file-utils'],
      // One for testing is wanted soon rather than small.
      compression: about.packaged.forTesting ? 'none' : 'xz',
      scripts: { postrm: path.join(templates, 'postrm') },
    }),

  rpm: (application, results, about) =>
    make(RedhatInstaller, application, results, about, {
      ...{
        arch: 'x86_64',
        license: 'MIT',
        requires: ['tar', '(alsa-lib or libasound2)', '(libX11-xcb or libX11-xcb1)'],
      },
      compressionLevel: about.packaged.forTesting ? 0 : 6,
      specTemplate: path.join(templates, 'spec.ejs'),
      scripts: { postun: path.join(templates, 'postrm') },
    }),

  tar: async (application, results, { name, version, epoch, packaged }) => {
    const folder = `${name}-${version}-linux-x64`
    const file = path.join(results, `${folder}.tar.xz`)
    const order = ['--sort=name', `--mtime=@${epoch}`, '--owner=0', '--group=0', '--numeric-owner']
    const names = ['--transform', `s,^\\.,${folder},`]
    // With several threads xz cuts the same blocks, however many there are.
    const xz = packaged.forTesting ? 'xz -0 -T2' : 'xz -6 -T2'
    await run('tar', [...order, ...names, '-I', xz, '-cf', file, '-C', application, '.'])
    return file
  },
}
