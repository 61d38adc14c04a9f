throw new SyntaxError('broken')
