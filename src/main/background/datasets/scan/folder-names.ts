/** What folders are called: names in any case, with spaces, dashes or underscores. */

const plainName = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_.-]+/g, '')

const named = (pattern: RegExp) => (name: string) => pattern.test(plainName(name))

/** Good images. */
export const isNominalName = named(
  /^(goods?|oks?|okay|normals?|nominals?|nondefect(ive)?s?|nodefects?|defectfree|anomalyfree|faultfree|pass(ed)?|正常|良品|合格)$/,
)
export const isTrainName = named(/^train(ing)?(set|data|images?|imgs?)?$/)
export const isTestName = named(/^test(ing)?(set|data|images?|imgs?)?$/)
export const isValidationName = named(/^(val|valid|validation|dev)(set|data|images?)?$/)

/** Masks, whatever they look like. */
export const isMaskName = named(/^(.*masks?|ground?truths?|gts?|.*groundtruths?|segmentation.*)$/)
/** Masks, if they look like masks: a defect can be called the same. */
export const mayBeMaskName = named(/^(.*labels?|annot?(ation)?s?|.*annotations?|segs?.*)$/)

/** All defects together; folders below it are their kinds. */
export const isDefectsName = named(
  /^(defects?|defective|ng|nok|ko|bad|anomal(y|ies|ous)|abnormals?|faulty|faults?|reject(s|ed)?|fail(ed|ure|ures)?|notgood|notok|不良|缺陷|异常)$/,
)
/** Groups of images of one kind: cameras, lots, days; or just a folder of pictures. */
export const isGroupName = named(
  /^((cam(era)?|lot|batch|view|station|line|session|sample|part|day|shift|charge|run|series|position|pos|set|s|c)[a-z]?\d*|\d+|images?|imgs?|rgb|pictures?|photos?)$/,
)

/** What systems leave behind. */
export const isSystemName = (name: string): boolean =>
  /^(\.|~\$|__MACOSX$|Thumbs\.db$|ehthumbs\.db$|desktop\.ini$|Icon\r$|@eaDir$|#recycle$|#snapshot$|\$RECYCLE\.BIN$|System Volume Information$|lost\+found$|RECYCLER$)/i.test(
    name,
  )
