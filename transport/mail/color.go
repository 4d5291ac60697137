package mail

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// defaultAccent is the widget's.
const defaultAccent = "#3455db"

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// accentOr is a colour that a layout may show: anything but #rrggbb gives the default.
func accentOr(color string) string {
	if hexColor.MatchString(color) {
		return color
	}
	return defaultAccent
}

// ink is what can be read on a colour: white where that has a contrast of 4.5 : 1, or black, which then has.
func ink(color string) string {
	// WCAG 2.2, relative luminance and contrast ratio.
	if 1.05/(luminance(color)+0.05) >= 4.5 {
		return "#ffffff"
	}
	return "#000000"
}

// tint is a colour as a light ground for dark text.
func tint(color string) string {
	rgb := components(color)
	for i, c := range rgb {
		rgb[i] = 255 - (255-c)*0.1
	}
	return fmt.Sprintf("#%02x%02x%02x", int(rgb[0]), int(rgb[1]), int(rgb[2]))
}

func luminance(color string) float64 {
	var sum float64
	for i, c := range components(color) {
		if c /= 255; c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += c * [3]float64{0.2126, 0.7152, 0.0722}[i]
	}
	return sum
}

func components(color string) (rgb [3]float64) {
	number, _ := strconv.ParseUint(color[1:], 16, 32) // accentOr let it pass
	for i := range rgb {
		rgb[2-i] = float64(number >> (8 * i) & 255)
	}
	return rgb
}
