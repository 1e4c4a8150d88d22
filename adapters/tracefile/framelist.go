package tracefile

// array makes a record of each element, or of the list as a whole if its elements are notifications, which are a trace together.
func (f *jsonFramer) array() error {
	line := f.s.line
	f.s.discard()
	c, err := f.s.peek()
	if err != nil {
		return ended(err)
	}
	if c != '{' {
		return f.elements(elementsOf{})
	}
	first := f.s.line
	buf := f.out.buffer()
	start := len(buf)
	buf, err = f.s.value(append(buf, '['))
	switch {
	case err == errTooLong:
		f.reject(first, err)
	case err != nil:
		return err
	case f.kinds.classify(buf[start+1:]) == osprofilerPoint:
		return f.whole(buf, start, line)
	default:
		copy(buf[start:], buf[start+1:])
		if err := f.out.add(buf[:len(buf)-1], unknown, first); err != nil {
			return err
		}
	}
	return f.elements(elementsOf{})
}

// elements makes a record of each element up to the end of the list; those of lists in the list too, which is how Zipkin
// groups spans by trace.
func (f *jsonFramer) elements(l elementsOf) error {
	for depth := 1; depth > 0; {
		c, err := f.s.peek()
		if err != nil {
			return ended(err)
		}
		switch c {
		case ']':
			depth--
			f.s.discard()
		case '[':
			depth++
			f.s.discard()
		case ',':
			f.s.discard()
		default:
			if err := f.element(l); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *jsonFramer) element(l elementsOf) error {
	line := f.s.line
	buf, err := f.s.value(append(f.out.buffer(), l.before...))
	if err == errTooLong {
		f.reject(line, err)
		return nil
	}
	if err != nil {
		return err
	}
	return f.out.add(append(buf, l.after...), l.format, line)
}

// whole makes one record of a list of which the first element is in the buffer.
func (f *jsonFramer) whole(buf []byte, start, line int) error {
	tooLong := false
	for {
		at := f.s.line
		c, err := f.s.peek()
		if err != nil {
			return ended(err)
		}
		for ; at < f.s.line && len(buf)-start < f.s.limit; at++ {
			buf = append(buf, '\n') // so that errors can be placed
		}
		switch c {
		case ']', ',':
			f.s.discard()
			buf = append(buf, c)
		default:
			if buf, err = f.s.value(buf); err != nil && err != errTooLong {
				return err
			}
		}
		if err == errTooLong || len(buf)-start > f.s.limit {
			buf, tooLong = buf[:start], true
		}
		if c != ']' {
			continue
		}
		if tooLong {
			f.reject(line, errTooLong)
			return nil
		}
		return f.out.add(buf, osprofilerTrace, line)
	}
}
