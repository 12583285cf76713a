/** What folders are called: names in any case, with spaces, dashes or underscores. */

const plainName = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_.-]+/g, '')

const named = (pattern: RegExp) => (name: string) => pattern.test(plainName(name))

const saysNominal = named(
  /^(goods?|oks?|okay|normals?|nominals?|nondefect(ive)?s?|nodefects?|defectfree|anomalyfree|faultfree|pass(ed)?|gute?|io|inordnung|bon(ne)?s?|buon[aeio]|buen[ao]s?|conformes?|正常|良品|合格|好)$/,
)
/** Where or how a picture was taken, which says nothing of what is on it. */
const saysNothing = named(
  /^(front|back|rear|left|right|top|bottom|side|inner|outer|upper|lower|images?|imgs?|pictures?|photos?|parts?|pieces?|samples?|products?|\d+)$/,
)

/** Good images: by a word for it, beside which nothing else is said (`ok_front`, but not `normal_scratch`). */
export function isNominalName(name: string): boolean {
  if (saysNominal(name)) return true
  const words = name.split(/[\s_.-]+/).filter(Boolean)
  const nominal = words.filter(saysNominal)
  return nominal.length > 0 && words.every((word) => saysNominal(word) || saysNothing(word))
}
export const isTrainName = named(/^(train(ing)?(set|data|images?|imgs?)?|训练集?)$/)
export const isTestName = named(/^(test(ing)?(set|data|images?|imgs?)?|测试集?)$/)
export const isValidationName = named(/^((val|valid|validation|dev)(set|data|images?)?|验证集?)$/)

/** Masks, whatever they look like. */
export const isMaskName = named(/^(.*masks?|ground?truths?|gts?|.*groundtruths?|segmentation.*)$/)
/** Masks, if they look like masks: a defect can be called the same. */
export const mayBeMaskName = named(/^(.*labels?|annot?(ation)?s?|.*annotations?|segs?.*)$/)

/** All defects together; folders below it are their kinds. */
export const isDefectsName = named(
  /^(defects?|defective|ng|nok|ko|bad|anomal(y|ies|ous)|abnormals?|faulty|faults?|reject(s|ed)?|fail(ed|ure|ures)?|notgood|notok|nio|schlecht|fehlerhaft|不良|缺陷|异常)$/,
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
