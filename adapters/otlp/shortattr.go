package otlp

// shortAttr returns how long the first of some fields is if it holds an attribute as most are: a key and a string or a small number, in either order, all
// of it shorter than 128 bytes. It returns 0 for what is anything else, wrong or not: [plain] reads all that it does not, and takes twice as long.
func shortAttr(fields []byte) int {
	if len(fields) < 4 || fields[1] >= 0x7e {
		return 0
	}
	end, second := 2+int(fields[1]), 4+int(fields[3])
	if end > len(fields) || second+2 > end || int(fields[second+1]) != end-second-2 || fields[2]^fields[second] != tagKey^tagValue {
		return 0
	}
	value := second
	if fields[2] == tagValue {
		value = 2
	}
	size := fields[value+1]
	if fields[value] != tagValue || size < 2 {
		return 0
	}
	switch first := fields[value+3]; fields[value+2] {
	case 1<<3 | 2: // a string
		if first == size-2 {
			return end
		}
	case 3 << 3: // a number
		if size == 2 && first < 0x80 || size == 3 && first >= 0x80 && fields[value+4] < 0x80 {
			return end
		}
	}
	return 0
}

// cutShort returns the parts of an attribute that shortAttr has found to end somewhere.
func cutShort(field []byte, end int) (key, value []byte) {
	second := 4 + int(field[3])
	if field[2] == tagKey {
		return field[4:second], field[second+2 : end]
	}
	return field[second+2 : end], field[4:second]
}
