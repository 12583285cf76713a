export {
  colourMap,
  colourMapNames,
  type ColourMap,
  type ColourMapName,
} from '../../../shared/colour-maps.ts'
